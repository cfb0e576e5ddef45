"""Which form an FIU takes: the renderer and the check behind a profile name of fius.yaml ("portal", "us" for FinCEN, or a goAML profile)."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from connectors.fius.checked import Located, Problem, problem
from connectors.fius.fincen.mapping import PROFILE as FINCEN
from connectors.fius.fincen.mapping import load_form as load_fincen
from connectors.fius.fincen.renderer import render as render_fincen
from connectors.fius.fincen.validate import validate as validate_fincen
from connectors.fius.goaml.conversion import table_rates
from connectors.fius.goaml.mapping import Form, load_form
from connectors.fius.goaml.profile import ProfileError
from connectors.fius.goaml.renderer import render as render_goaml
from connectors.fius.goaml.validate import examine as examine_goaml
from connectors.fius.goaml.validate import validate as validate_goaml
from connectors.fius.portal import package as portal
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError
from schemas.indicators import LocalCodes, load_indicators
from schemas.registry import Fiu

PORTAL = "portal"


class ReportForm(NamedTuple):
    """How to render a report for an FIU, and how to check a file that somebody else may have made.

    examine  the check with the place of each error in the file, where the form can tell it
    rules    codes of the FIU's own rules
    """

    render: Callable[[ResolvedReport], Sequence[Rendered]]
    check: Callable[[bytes], Sequence[FilingError]]
    examine: Callable[[bytes], Sequence[Located]] | None = None
    rules: frozenset[str] = frozenset()

    def examined(self, payload: bytes) -> tuple[Problem, ...]:
        """Everything wrong with a file, with the line where the form can tell it, and what to do."""
        found = self.examine(payload) if self.examine else [Located(error) for error in self.check(payload)]
        return tuple(problem(one, self.rules) for one in found)


PORTAL_FORM = ReportForm(portal.render, portal.validate)


def report_form(profile: str, own: Path | None = None) -> ReportForm | None:
    """The form behind a profile name; None where there is no such profile. Raises ProfileError where one cannot be read.

    own  folder of the deployment's compiled profiles, looked into before those that come with the gateway
    """
    if profile == PORTAL:
        return PORTAL_FORM
    if profile == FINCEN:
        batch = load_fincen(own)
        return ReportForm(partial(render_fincen, form=batch), partial(validate_fincen, form=batch))
    form = _form(profile, own)
    if form is None:
        return None
    check, look = partial(validate_goaml, form=form), partial(examine_goaml, form=form)
    return ReportForm(
        partial(render_goaml, form=form, rates=table_rates), check, look, frozenset(rule.id for rule in form.map.rules)
    )


def _form(profile: str, own: Path | None) -> Form | None:
    try:
        return load_form(profile, own if own and (own / profile.lower()).is_dir() else None)
    except ProfileError as error:
        if error.code == "profile_missing":
            return None
        raise


def local_codes(fiu: Fiu, own: Path | None = None) -> Callable[[str], LocalCodes]:
    """What an FIU calls a typology: from its compiled form where that is its own export, else from the packaged table.

    Raises  ProfileError, schemas.yaml_rows.RegistryError where its form cannot be read
    """
    if fiu.profile in (PORTAL, FINCEN):
        return partial(load_indicators().local, fiu.id)
    form = _form(fiu.profile, own)
    if form is None:
        return lambda _typology: LocalCodes((), f"There is no form {fiu.profile!r} here; import the FIU's schema.")
    if form.schema.profile.provenance != "fiu_export":
        return partial(load_indicators().local, fiu.id)
    return form.indicators


def renderer(profile: str, own: Path | None = None) -> Callable[[ResolvedReport], Sequence[Rendered]] | None:
    """The renderer behind a profile name; None where there is none."""
    form = report_form(profile, own)
    return form.render if form else None
