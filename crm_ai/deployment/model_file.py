"""A model as one file that can be carried elsewhere, and that cannot run code when it is opened.

The file is a zip of ``manifest.json`` (what the model is, and the digest of the rest), ``cleaning.json`` (what the
repairs have learned, as plain numbers and texts), ``pipeline.skops`` (the steps after them), ``profile.json``
(training customers as counts, see ``crm_ai.modeling.profile``) and, where explaining needs them, ``references.npy``
(some training customers as plain numbers, see ``crm_ai.modeling.references``).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from crm_ai.cleaning import Cleaning
from crm_ai.deployment.contents import foreign_types, reads_files
from crm_ai.deployment.reference_file import read_references, written_references
from crm_ai.deployment.sound_trees import check_trees
from crm_ai.errors import ModelFileError
from crm_ai.evaluation import ranges_from_json
from crm_ai.files import write_atomically
from crm_ai.modeling import ForeignPipeline, Model, problem_from_json
from crm_ai.modeling.profile import profile_from_json
from crm_ai.table import Column, Kind, Role, Schema
from crm_ai.words import _

FORMAT = "crm_ai model"
FORMAT_VERSION = 4  # 2 had no references, 3 no profile
LARGEST_FILE = 500_000_000
TRUSTED = "CRM_AI_TRUSTED_MODELS"

# Types that skops does not trust by itself and that our pipelines are made of. Nothing else is ever built from a file.
TRUSTED_TYPES = (
    "crm_ai.fairness.decorrelation.Decorrelated",
    "crm_ai.fairness.group_reader.GroupReader",
    "crm_ai.fairness.group_thresholds.GroupThresholds",
    "crm_ai.fairness.reductions.Mixture",
    "crm_ai.modeling.cell_forms.CellForm",
    "crm_ai.modeling.encoding.TableEncoder",
    "crm_ai.modeling.foreign.ForeignClassifier",
    "crm_ai.modeling.foreign.ForeignRegressor",
    "crm_ai.modeling.least_squares.LeastSquares",
    "crm_ai.modeling.log_target.LogTarget",
    "crm_ai.modeling.network.NetworkClassifier",
    "crm_ai.modeling.network.NetworkRegressor",
    "crm_ai.modeling.newton_logistic.NewtonLogistic",
    "crm_ai.modeling.own_cells.OwnCells",
    "crm_ai.modeling.recalibration.Recalibrated",
    "crm_ai.modeling.recalibration.Recalibrator",
    "crm_ai.modeling.sampled_tree.SampledTreeClassifier",
    "crm_ai.modeling.sampled_tree.SampledTreeRegressor",
    "numpy.dtype",
    "numpy.number",
    "sklearn._loss.loss.HalfTweedieLoss",
    "sklearn.compose._column_transformer.make_column_selector",  # asked when fitted only
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
)


def save_model(model: Model, path: str | Path) -> str:
    """Write a model into one file.

    Parameters
    ----------
    model : Model
        A fitted model.
    path : str or Path
        Where; an existing file is replaced, whole or not at all.

    Returns
    -------
    str
        SHA-256 of the file, by which ``load_model`` knows a pipeline of other people again.

    Raises
    ------
    CrmAiError
        If the file cannot be written, or may not hold the model, see ``model_bytes``.
    """
    content = model_bytes(model)
    write_atomically(path, lambda file: file.write(content))
    return hashlib.sha256(content).hexdigest()


def model_bytes(model: Model) -> bytes:
    """Write a model into memory.

    Parameters
    ----------
    model : Model
        A fitted model.

    Returns
    -------
    bytes
        What ``save_model`` writes.

    Raises
    ------
    ModelFileError
        If the model is a pipeline of other people that is made of types no model file may hold.
    """
    import skops.io

    foreign = isinstance(model.estimator, ForeignPipeline)
    pipeline = _foreign_bytes(model) if foreign else skops.io.dumps(model.pipeline[1:])
    cleaning = json.dumps(model.pipeline.named_steps["cleaning"].learned, ensure_ascii=False).encode()
    references = b"" if model.references is None else written_references(model.references)
    profile = b"" if model.profile is None else json.dumps(model.profile.as_json()).encode()
    manifest = json.dumps(_manifest(model, cleaning + pipeline + references + profile), ensure_ascii=False, indent=1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("cleaning.json", cleaning)
        archive.writestr("pipeline.skops", pipeline)
        if references:
            archive.writestr("references.npy", references)
        if profile:
            archive.writestr("profile.json", profile)
    return buffer.getvalue()


def _foreign_bytes(model: Model) -> bytes:
    """A pipeline of other people, if it is made of nothing but what a model file may hold."""
    import skops.io

    inner = model.pipeline[-1].pipeline
    if not isinstance(inner, BaseEstimator) or reads_files(inner):
        raise _not_to_be_held([f"{type(inner).__module__}.{type(inner).__qualname__}"])
    try:
        content: bytes = skops.io.dumps(model.pipeline[1:])
        types = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
    except Exception as error:  # whatever of other people's objects skops cannot write
        raise _not_to_be_held([f"{type(inner).__module__}.{type(inner).__qualname__}"]) from error
    if types:
        raise _not_to_be_held(types)
    return content


def _not_to_be_held(types: list[str]) -> ModelFileError:
    return ModelFileError(
        _("This pipeline cannot be saved as a model file: such files may not hold {types}.").format(
            types=_(", ").join(types[:5])
        ),
        next_step=_("Build it of scikit-learn's own steps without functions, or keep it where it was made."),
    )


def load_model(source: str | Path | bytes | BinaryIO, *, sha256: str | None = None) -> Model:
    """Open a model file without running anything that is in it.

    Parameters
    ----------
    source : str, Path, bytes or binary file
        What ``save_model`` wrote.
    sha256 : str, optional
        The file's digest, from a place that is trusted. A pipeline of other people is opened only if it is given here
        or in ``CRM_AI_TRUSTED_MODELS`` (several with commas between them): compiled code of such a pipeline goes by
        numbers that cannot all be checked here.

    Returns
    -------
    Model
        The model, ready to score, and to be explained if it has taken references along or needs none.

    Raises
    ------
    ModelFileError
        If the file is damaged, was changed, is not a model, or holds types that our models are not made of.
    """
    import skops.io

    content, name = _content(source)
    digest = hashlib.sha256(content).hexdigest()
    if sha256 is not None and sha256.strip().lower() != digest:
        raise ModelFileError(
            _("This is another file than the one with this SHA-256."),
            where=name,
            next_step=_("Do not use it; ask whoever saved it."),
        )
    is_vouched = sha256 is not None or digest in _trusted(os.environ)
    manifest, learned, pipeline_bytes, reference_bytes, profile = _unpack(content, name)
    try:
        with zipfile.ZipFile(io.BytesIO(pipeline_bytes)) as archive:
            _check_size(archive, name)
        foreign = sorted(set(skops.io.get_untrusted_types(data=pipeline_bytes)) - set(TRUSTED_TYPES))
        if foreign:
            raise ModelFileError(
                _("The file holds types that do not belong into a model: {types}.").format(
                    types=_(", ").join(foreign[:5])
                ),
                where=name,
                next_step=_("Do not use it. Ask where it came from, and save the model again."),
            )
        pipeline = skops.io.loads(pipeline_bytes, trusted=list(TRUSTED_TYPES))
        if not isinstance(pipeline, Pipeline) or list(pipeline.named_steps) != ["encoding", "estimator"]:
            raise _damaged(name)
        if not is_vouched:
            _check_own(pipeline, name, digest)
        if reads_files(pipeline):
            raise _damaged(name)
        check_trees(pipeline)
        model = _model(manifest, learned, pipeline, reference_bytes)
        if profile:
            model = replace(model, profile=profile_from_json(json.loads(profile), model.problem))
    except ModelFileError:
        raise
    except Exception as error:  # whatever a damaged file makes the reader stumble over
        raise _damaged(name) from error
    return model


def _trusted(environ: Mapping[str, str]) -> frozenset[str]:
    return frozenset(one.strip().lower() for one in environ.get(TRUSTED, "").split(","))


def _check_own(pipeline: Pipeline, name: str, digest: str) -> None:
    types = foreign_types(pipeline)
    if types and isinstance(pipeline[-1], ForeignPipeline):
        raise ModelFileError(
            _("The file holds a pipeline of other people, which only a digest from a trusted place vouches for."),
            where=name,
            next_step=_(
                "Ask whoever saved it for its SHA-256; if that is {digest}, set {variable} to it, or give it to "
                "load_model."
            ).format(digest=digest, variable=TRUSTED),
        )
    if types:
        raise ModelFileError(
            _("The file holds types that do not belong into a model: {types}.").format(types=_(", ").join(types[:5])),
            where=name,
            next_step=_("Do not use it. Ask where it came from, and save the model again."),
        )


def _manifest(model: Model, content: bytes) -> dict[str, Any]:
    from crm_ai.modeling.training import package_versions

    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "model_type": model.model_type,
        "problem": asdict(model.problem),
        "columns": [{"name": c.name, "kind": c.kind.value, "role": c.role.value} for c in model.schema],
        "ranges": None if model.ranges is None else model.ranges.as_json(),
        "packages": package_versions(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _model(manifest: dict[str, Any], learned: Any, pipeline: Pipeline, references: bytes) -> Model:
    problem = problem_from_json(manifest["problem"])
    cleaning = Cleaning(problem.repairs).remember(learned)
    pipeline = Pipeline([("cleaning", cleaning), *pipeline.steps])
    columns = tuple(Column(c["name"], Kind(c["kind"]), Role(c["role"])) for c in manifest["columns"])
    ranges = None if manifest.get("ranges") is None else ranges_from_json(manifest["ranges"])
    model = Model(str(manifest["model_type"]), problem, Schema(columns), pipeline, ranges)
    if not references:
        return model
    encoder = model.encoder
    read = read_references(references, width=len(encoder.encoded_names_), has_gaps=encoder.has_gaps)
    return replace(model, references=read)


def _content(source: str | Path | bytes | BinaryIO) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, _("model file")
    if not isinstance(source, (str, Path)):
        return source.read(), str(getattr(source, "name", _("model file")))
    try:
        return Path(source).read_bytes(), str(source)
    except OSError as error:
        raise ModelFileError(
            _("The file cannot be opened: {reason}.").format(reason=error.strerror or error), where=str(source)
        ) from error


def _unpack(content: bytes, name: str) -> tuple[dict[str, Any], Any, bytes, bytes, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive, name)
            manifest = json.loads(archive.read("manifest.json"))
            pipeline = archive.read("pipeline.skops")
            there = archive.namelist()
            cleaning = archive.read("cleaning.json") if "cleaning.json" in there else b""
            references = archive.read("references.npy") if "references.npy" in there else b""
            profile = archive.read("profile.json") if "profile.json" in there else b""
        if manifest["format"] != FORMAT:
            raise _damaged(name)
        digest, version = manifest["sha256"], int(manifest["version"])
    except ModelFileError:
        raise
    except Exception as error:  # zipfile and json raise a dozen kinds of errors on foreign bytes
        raise _damaged(name) from error
    if version > FORMAT_VERSION:
        raise ModelFileError(
            _("The file was written by a newer version of crm_ai."),
            where=name,
            next_step=_("Update crm_ai, or save the model again with this version."),
        )
    if hashlib.sha256(cleaning + pipeline + references + profile).hexdigest() != digest:
        raise ModelFileError(
            _("The file was changed after it was saved."),
            where=name,
            next_step=_("Do not use it; save the model again."),
        )
    return manifest, json.loads(cleaning or b"[]"), pipeline, references, profile


def _check_size(archive: zipfile.ZipFile, name: str) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > LARGEST_FILE:
        raise ModelFileError(_("The file is too large to be a model."), where=name)


def _damaged(name: str) -> ModelFileError:
    return ModelFileError(
        _("This is not a model file, or it is damaged."),
        where=name,
        next_step=_("Choose a file that was downloaded from the Deploy page or written with --save."),
    )
