"""Names, words and files that want to be more than names, words and files."""

import pytest

from crm_ai.deployment.registry import (
    LOCAL_USER,
    Person,
    Role,
    approve,
    champion,
    collect_orphans,
    current_version,
    find_faults,
    list_versions,
    open_version,
    promote,
    read_log,
    register,
)
from crm_ai.errors import CrmAiError, ModelFileError, RegistryError
from tests.unit.deployment.registry.conftest import TICKED

HOSTILE = [
    "'; DROP TABLE registry_versions; --",
    '" OR 1=1 --',
    "../../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd",
    "s3://bucket/x",
    "%s %(name)s :name ${x} {x}",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "客户流失 " + "很长" * 45,
    "nul",
    "a" * 100,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_names(tmp_path, registry, run, name):
    version = register(run, "decision_tree", registry, name=name, note=name, by=Person(name, Role.ANALYST))
    promote(registry, approve(registry, version, why=name, checklist=TICKED), why=name)
    assert champion(registry, name).version.number == 1
    assert [entry.model for entry in read_log(registry, name)] == [name] * 3
    assert find_faults(registry) == ()
    made = {path.name for path in (tmp_path / "files").iterdir()}
    assert made == set(version.facts["files"].values())
    assert {path.name for path in tmp_path.iterdir()} == {"registry.db", "files"}


@pytest.mark.parametrize(
    "name", ["", "   ", "a" * 101, "a" * 5_000_000, "a\nb", "a\0b", "\x1b[31mred", "a\u202eb", "\ud800"]
)
def test_names_that_nobody_could_read_are_refused(registry, run, name):
    with pytest.raises(RegistryError, match="cannot be called that") as caught:
        register(run, "decision_tree", registry, name=name, note="try")
    assert len(str(caught.value)) < 300
    with pytest.raises(RegistryError):
        current_version(registry, name)
    with pytest.raises(RegistryError):
        Person(name * 201, Role.VIEWER)
    assert list_versions(registry) == ()


def test_words_with_broken_letters_are_kept_as_far_as_possible(registry, run):
    register(run, "decision_tree", registry, name="churn", note="ok \udc80 \0 ok", by=LOCAL_USER)
    assert read_log(registry)[0].why == "ok ?  ok"


def test_a_name_of_a_file_is_a_digest_or_nothing(registry):
    for name in ("../registry.db", "/etc/passwd", "", "x" * 64, "A" * 64, "a" * 64 + "\n"):
        with pytest.raises(ModelFileError):
            registry.artifacts.get(name)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"cos\nsystem\n(S'true'\ntR."])
def test_a_file_put_in_place_of_another_is_refused(tmp_path, registry, run, content):
    version = register(run, "decision_tree", registry, name="churn", note="try")
    (tmp_path / "files" / version.artifact).write_bytes(content)
    with pytest.raises(ModelFileError, match="was changed"):
        open_version(registry, version)


def test_one_versions_file_in_place_of_anothers_is_refused(tmp_path, registry, run):
    one = register(run, "decision_tree", registry, name="churn", note="try")
    two = register(run, "logistic_regression", registry, name="churn", note="try")
    (tmp_path / "files" / one.artifact).write_bytes((tmp_path / "files" / two.artifact).read_bytes())
    with pytest.raises(ModelFileError, match="was changed"):
        open_version(registry, one)


def test_even_with_its_digest_changed_a_foreign_type_is_refused(tmp_path, registry, run):
    """Who may write to the database too still cannot make a model file run code, and is found out."""
    import hashlib
    import io
    import json
    import zipfile

    import skops.io
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    from crm_ai.deployment.registry.tables import versions

    version = register(run, "decision_tree", registry, name="churn", note="try")
    with zipfile.ZipFile(tmp_path / "files" / version.artifact) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    evil = Pipeline([("encoding", FunctionTransformer(print)), ("estimator", FunctionTransformer(exec))])
    held["pipeline.skops"] = skops.io.dumps(evil)
    manifest = json.loads(held["manifest.json"])
    parts = [held.get(part, b"") for part in ("cleaning.json", "pipeline.skops", "references.npy", "profile.json")]
    manifest["sha256"] = hashlib.sha256(b"".join(parts)).hexdigest()
    held["manifest.json"] = json.dumps(manifest).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    digest = registry.artifacts.put(buffer.getvalue())
    with registry.writing() as connection:
        connection.execute(versions.update().values(artifact=digest))
    (changed,) = list_versions(registry)
    with pytest.raises(ModelFileError, match="do not belong into a model"):
        open_version(registry, changed)
    assert any("not what was registered" in fault for fault in find_faults(registry))


def test_sweeping_leaves_alone_what_is_needed_young_or_not_ours(tmp_path, registry, run):
    version = register(run, "decision_tree", registry, name="churn", note="try")
    orphan = registry.artifacts.put(b"of a registration that was interrupted")
    folder = tmp_path / "files"
    (folder / "unfinished.part").write_bytes(b"half")
    (folder / "somebody's notes.txt").write_text("keep")
    assert collect_orphans(registry) == ()
    assert set(collect_orphans(registry, grace=0)) == {orphan, "unfinished.part"}
    assert {path.name for path in folder.iterdir()} == {*version.facts["files"].values(), "somebody's notes.txt"}
    open_version(registry, version)


def test_a_sweep_in_mid_registration_takes_nothing_away(registry, run, monkeypatch):
    put = type(registry.artifacts).put
    swept = []

    def put_and_sweep(self, content):
        digest = put(self, content)
        if len(swept) < 2:
            swept.extend(collect_orphans(registry, grace=0))
        return digest

    monkeypatch.setattr(type(registry.artifacts), "put", put_and_sweep)
    register(run, "decision_tree", registry, name="churn", note="try")
    assert swept
    assert find_faults(registry) == ()


def test_a_full_or_forbidden_folder_is_told(tmp_path, registry, run):
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(CrmAiError, match="folder of the registry's files"):
        register(run, "decision_tree", registry, name="churn", note="try")
    assert list_versions(registry) == ()
