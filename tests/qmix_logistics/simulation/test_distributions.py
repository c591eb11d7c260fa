import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

from qmix_logistics.scenario.distributions import Duration
from qmix_logistics.simulation.distributions import quantile

CV, MEAN = 0.4, 30.0
SIGMA = np.sqrt(np.log(1 + CV**2))


@pytest.mark.parametrize(
    ("document", "reference"),
    [
        ({"dist": "exponential", "mean_s": MEAN}, stats.expon(scale=MEAN)),
        ({"dist": "lognormal", "mean_s": MEAN, "cv": CV}, stats.lognorm(SIGMA, scale=MEAN * np.exp(-(SIGMA**2) / 2))),
        ({"dist": "uniform", "low_s": 10, "high_s": 50}, stats.uniform(10, 40)),
    ],
)
def test_quantiles_and_means_are_those_of_scipy(document: object, reference: stats.rv_continuous) -> None:
    duration = TypeAdapter(Duration).validate_python(document)
    probability = np.linspace(0.01, 0.99, 25)
    assert quantile(duration, probability) == pytest.approx(reference.ppf(probability))
    assert duration.mean_s == pytest.approx(reference.mean())
