"""Policies that do not learn: rules, optimal matching, and routes planned again and again."""
