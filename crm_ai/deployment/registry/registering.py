"""Register a model: its file first, whole; then the version and the entry in the log, together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from crm_ai.deployment.model_file import model_bytes
from crm_ai.deployment.registry import acquaintance
from crm_ai.deployment.registry.audit_log import add_entry, reason
from crm_ai.deployment.registry.comparing import compare_with_champion
from crm_ai.deployment.registry.evidence import canonical, gather, seal
from crm_ai.deployment.registry.finding import find_version
from crm_ai.deployment.registry.roles import LOCAL_USER, Act, Person, require
from crm_ai.deployment.registry.tables import REGISTERED, models, versions
from crm_ai.deployment.registry.versions import Version, model_name
from crm_ai.errors import RegistryError
from crm_ai.modeling import BASELINE, Run
from crm_ai.words import _

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from crm_ai.deployment.registry.registry import Registry
    from crm_ai.modeling import Segment
    from crm_ai.table import Finding


def register(
    run: Run,
    model_type: str,
    registry: Registry,
    *,
    name: str,
    by: Person = LOCAL_USER,
    note: str,
    threshold: float = 0.5,
    findings: Sequence[Finding] = (),
    drivers: pd.DataFrame | None = None,
    references: bool = True,
    segments: Sequence[str | Segment] = (),
) -> Version:
    """Register a trained model as a candidate.

    Parameters
    ----------
    run : Run
        The run; or what ``judge_elsewhere`` makes of a model file.
    model_type : str
        One of its models.
    registry : Registry
        Where.
    name : str
        What the model is for, such as ``"churn"``; versions of one name succeed one another.
    by : Person, default LOCAL_USER
        Who registers it.
    note : str
        Why, in this person's words.
    threshold : float, default 0.5
        Score from which a customer is selected; it is approved together with the model.
    findings : sequence of Finding, optional
        What was found wrong with the data; what the run's repairs have mended is not told.
    drivers : pandas.DataFrame, optional
        What drives the model most, from ``Explanation.importance``; computed if it is not given.
    references : bool, default True
        Whether the file takes training customers along, so that it can be explained elsewhere.
    segments : sequence of str or Segment, default ()
        Whom to compare besides the segments of the question, such as those that a fairer model was made for.

    Returns
    -------
    Version
        As it is registered.

    Raises
    ------
    RegistryError
        If the name or the note cannot be taken, or this person may not register.

    Notes
    -----
    A process that is killed leaves at most files that nobody refers to, see ``collect_orphans``: the database knows of
    a version only when its files are whole.
    """
    require(by, Act.REGISTER)
    name, note = model_name(name), reason(note)
    _check(run, model_type, threshold)
    model = run.model(model_type)
    evidence = gather(run, model_type, threshold=threshold, findings=findings, drivers=drivers, segments=segments)
    files = {"model": model_bytes(model if references else model.alone())}
    if len(run.train_rows):
        files["trained_on"] = acquaintance.written(acquaintance.fingerprints(model, run.train_frame))
    facts = dict(evidence.facts) | {
        "comparison": compare_with_champion(registry, run, model_type, name=name).as_json(),
        "files": {kind: registry.artifacts.put(content) for kind, content in files.items()},
    }
    with registry.writing() as connection:
        for kind, content in files.items():  # between the two, somebody may have swept
            if not registry.artifacts.has(facts["files"][kind]):
                registry.artifacts.put(content)
        number = _add(connection, registry, facts, evidence.card, name=name, by=by, note=note)
    return find_version(registry, name, number)


def _add(
    connection: Connection, registry: Registry, facts: Mapping[str, Any], card: str, *, name: str, by: Person, note: str
) -> int:
    model_id = connection.execute(select(models.c.id).where(models.c.name == name)).scalar_one_or_none()
    if model_id is None:
        model_id = connection.execute(insert(models).values(name=name).returning(models.c.id)).scalar_one()
    newest = select(func.coalesce(func.max(versions.c.number), 0)).where(versions.c.model_id == model_id)
    number = int(connection.execute(newest).scalar_one()) + 1
    artifact = facts["files"]["model"]
    digest = seal(facts, card, artifact)
    connection.execute(
        insert(versions).values(
            model_id=model_id,
            number=number,
            digest=digest,
            state=REGISTERED,
            artifact=artifact,
            facts=canonical(facts),
            card=card,
            registered_by=by.name,
            registered_at=registry.moment(),
            note=note,
        )
    )
    add_entry(connection, registry, Act.REGISTER, by=by, model=name, version=number, why=note, after=digest)
    return number


def _check(run: Run, model_type: str, threshold: float) -> None:
    if model_type == BASELINE:
        raise RegistryError(
            _("The baseline says the same of everybody and cannot be put to work."),
            next_step=_("Register one of: {names}.").format(names=", ".join(run.models)),
        )
    if not 0 < threshold < 1:
        raise RegistryError(_("The threshold is not between 0 and 1."))
