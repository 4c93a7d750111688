"""pyproject.toml is the list of dependencies; environment.yml and CITATION.cff must say the same."""

import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
INSTALLED_BY_MAKE = ("test", "book")  # the extras that environment.yml includes


def bounds(requirements) -> dict[str, str]:
    """Name to lower bound, such as {"numpy": ">=2.0"}."""
    parsed = [Requirement(text) for text in requirements]
    return {requirement.name.lower(): str(requirement.specifier) for requirement in parsed}


def conda_requirements() -> tuple[dict[str, str], dict[str, str]]:
    """environment.yml's packages from conda and from pip, with the editable install left out."""
    from_conda = [entry for entry in ENVIRONMENT["dependencies"] if isinstance(entry, str)]
    (from_pip,) = [entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict)]
    assert from_pip[-1] == "--editable ."
    return bounds(from_conda), bounds(from_pip[:-1])


def test_environment_and_project_ask_for_the_same():
    wanted = bounds(PROJECT["dependencies"])
    for extra in INSTALLED_BY_MAKE:
        wanted |= bounds(PROJECT["optional-dependencies"][extra])
    wanted |= {"python": PROJECT["requires-python"], "pip": ""}
    from_conda, from_pip = conda_requirements()
    assert not from_conda.keys() & from_pip.keys()
    assert from_conda | from_pip == wanted


def test_extras_that_share_a_package_share_its_bound():
    seen = {}
    for extra in PROJECT["optional-dependencies"].values():
        for name, bound in bounds(extra).items():
            assert seen.setdefault(name, bound) == bound, name


@pytest.mark.parametrize("group", ["dependencies", *PROJECT["optional-dependencies"]])
def test_every_dependency_has_one_lower_bound_and_no_upper(group):
    requirements = PROJECT["dependencies"] if group == "dependencies" else PROJECT["optional-dependencies"][group]
    assert requirements
    for text in requirements:
        operators = [specifier.operator for specifier in Requirement(text).specifier]
        assert operators == [">="], f"{text}: a lower bound and nothing else"


def test_channels_are_conda_forge_alone():
    assert ENVIRONMENT["channels"] == ["conda-forge", "nodefaults"]
    assert ENVIRONMENT["name"] == PROJECT["name"]


def test_citation_has_the_version_and_licence_of_the_project():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"] == [{"name": author["name"]} for author in PROJECT["authors"]]
