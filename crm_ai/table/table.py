"""The noun everything starts from: rows of customers, with a schema and a digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from crm_ai.errors import ProblemError
from crm_ai.table.finding import Repair
from crm_ai.table.schema import LABELLED, Column, Schema
from crm_ai.words import _


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file was understood.

    Parameters
    ----------
    format : str
        csv, excel, parquet, json, or frame.
    encoding, separator, sheet : str
        As they were found; empty where they do not apply.
    sheets : tuple of str
        All sheets of a workbook.
    notes : tuple of str
        What the reader did that the user should know, in words.
    unreadable : mapping of str to int
        By column, cells that held something that the column's kind cannot hold, and count as missing.
    blanked : mapping of str to int
        By column, cells that said in words that they are missing (N/A, ?, blanks).
    header : int
        Row of the file that holds the column names, the first being 1; 0 if there is none.
    decimal : str
        ``"."`` or ``","`` in a text file; else empty.
    day_first : bool, optional
        How the `ambiguous` columns were read; None if there are none.
    ambiguous : tuple of str
        Columns of dates whose own cells do not tell the day from the month.
    tables : tuple of str
        All tables inside an archive that holds several.
    """

    format: str
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unreadable: Mapping[str, int] = field(default_factory=dict)
    blanked: Mapping[str, int] = field(default_factory=dict)
    header: int = 0
    decimal: str = ""
    day_first: bool | None = None
    ambiguous: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Customers, one a row.

    Each column of `frame` has the form that its kind asks for (see ``coerce``): numbers are float64 or int64,
    categories and booleans are pandas categories of strings, dates are datetime64, text and identifiers are strings.

    Parameters
    ----------
    frame : pandas.DataFrame
        The cells, with a plain 0…n-1 index and unique column names.
    schema : Schema
        What each column is.
    source : str
        Name of the file or the query.
    digest : str
        Digest of the content as it was read and of the schema; equal digests mean equal tables.
    reading : Reading
        How the file was understood.
    repairs : tuple of Repair
        Repairs that were agreed upon, by ``crm_ai.cleaning.accept``. Those that learn nothing have been made; those
        that learn from customers are made in training, on training customers only.
    """

    frame: pd.DataFrame
    schema: Schema
    source: str
    digest: str
    reading: Reading = field(default_factory=lambda: Reading("frame"))
    repairs: tuple[Repair, ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    def with_schema(self, schema: Schema) -> Table:
        """Return the same customers read by another schema.

        Parameters
        ----------
        schema : Schema
            The corrected schema.

        Returns
        -------
        Table
            Cells take the form that the new kinds ask for; the digest changes with the kinds.
        """
        from crm_ai.table.coercion import coerce, schema_digest

        before = [(column.name, column.kind) for column in self.schema]
        same = before == [(column.name, column.kind) for column in schema]
        frame = self.frame if same else coerce(self.frame, schema)
        return replace(self, frame=frame, schema=schema, digest=schema_digest(self.digest, schema))

    def renamed(self, names: Mapping[str, str]) -> Table:
        """Return the same customers, with some columns called otherwise.

        Parameters
        ----------
        names : mapping of str to str
            New names by old ones.

        Returns
        -------
        Table
            Cells and kinds as they were; the digest changes with the names.

        Raises
        ------
        ProblemError
            If there is no such column, or two would be called the same.

        Examples
        --------
        >>> from crm_ai.table import table_from_frame
        >>> table = table_from_frame(pd.DataFrame({"Vertrag": ["a", "b"], "calls": [3, 5]}))
        >>> table.renamed({"Vertrag": "contract"}).schema.names
        ('contract', 'calls')
        """
        from crm_ai.table.coercion import schema_digest

        for name in names:
            self.schema[name]
        columns = [replace(column, name=names.get(column.name, column.name)) for column in self.schema]
        schema = Schema(tuple(columns))
        twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
        if twice is not None:
            raise ProblemError(
                _("Two columns would be called “{name}”.").format(name=twice),
                next_step=_("Give another column another name."),
            )
        reading = replace(
            self.reading,
            unreadable={names.get(name, name): n for name, n in self.reading.unreadable.items()},
            blanked={names.get(name, name): n for name, n in self.reading.blanked.items()},
            ambiguous=tuple(names.get(name, name) for name in self.reading.ambiguous),
        )
        frame = self.frame.set_axis(list(schema.names), axis=1)
        return replace(self, frame=frame, schema=schema, reading=reading, digest=schema_digest(self.digest, schema))

    def with_frame(
        self,
        frame: pd.DataFrame,
        *,
        columns: Iterable[Column] = (),
        notes: Iterable[str] = (),
        changed: Iterable[str] | None = None,
    ) -> Table:
        """Return a table of other cells: what is left of this one when it was cleaned, masked or joined.

        Parameters
        ----------
        frame : pandas.DataFrame
            The cells. Its index is dropped.
        columns : iterable of Column, optional
            What columns are that this table does not have, or that are something else now. Columns of which nothing is
            known are guessed.
        notes : iterable of str, optional
            What was done, in words; added to the reading's notes.
        changed : iterable of str, optional
            Columns whose cells are others now; all by default. Cells of the others are taken as they are.

        Returns
        -------
        Table
            Under the same name, with the form that the kinds ask for, and a digest of its own.

        Examples
        --------
        >>> from crm_ai.table import table_from_frame
        >>> table = table_from_frame(pd.DataFrame({"plan": ["a", "b"], "calls": [3, 5]}))
        >>> table.with_frame(table.frame[["calls"]].assign(doubled=[6, 10])).schema.names
        ('calls', 'doubled')
        """
        from crm_ai.table.coercion import coerce, schema_digest
        from crm_ai.table.digest import content_digest
        from crm_ai.table.inference import infer_schema

        known = {column.name: column for column in (*self.schema, *columns)}
        strange = [name for name in frame.columns if name not in known]
        if strange:
            known |= {column.name: column for column in infer_schema(frame[strange])}
        schema = Schema(tuple(known[name] for name in frame.columns))
        new = set(frame.columns if changed is None else changed)
        # Labels are always shaped, which costs little: rows that are gone may leave labels that nobody has.
        kept = [c.name for c in schema if c.name not in new and c.name in self.schema and c.kind not in LABELLED]
        rest = Schema(tuple(column for column in schema if column.name not in kept))
        cells = dict(coerce(frame, rest).items()) | {name: frame[name].array for name in kept}
        shaped = pd.DataFrame({name: cells[name] for name in schema.names}, index=pd.RangeIndex(len(frame)), copy=False)
        left = set(frame.columns)
        reading = replace(
            self.reading,
            notes=(*self.reading.notes, *notes),
            unreadable={name: n for name, n in self.reading.unreadable.items() if name in left},
            blanked={name: n for name, n in self.reading.blanked.items() if name in left},
        )
        digest = schema_digest(content_digest(shaped), schema)
        return replace(self, frame=shaped, schema=schema, reading=reading, digest=digest)
