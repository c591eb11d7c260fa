"""Checks types and shapes of arrays at run time, as the signatures say; an int passes for a float."""

from beartype import BeartypeConf, beartype

check = beartype(conf=BeartypeConf(is_pep484_tower=True))
