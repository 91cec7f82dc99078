"""For people who do not open apps: results as documents."""

from crm_ai.reporting.explanations import Case, Material, explanation_report
from crm_ai.reporting.findings import Findings, findings_of_run
from crm_ai.reporting.gathering import material_of_run, material_of_table
from crm_ai.reporting.html import Bullets, Document, Facts, Grid, Paragraph, Remark, Section
from crm_ai.reporting.reports import FORMATS, known_format, report, written
from crm_ai.reporting.run_report import run_report
from crm_ai.reporting.tracks import Bar, Bars

__all__ = [
    "FORMATS",
    "Bar",
    "Bars",
    "Bullets",
    "Case",
    "Document",
    "Facts",
    "Findings",
    "Grid",
    "Material",
    "Paragraph",
    "Remark",
    "Section",
    "explanation_report",
    "findings_of_run",
    "known_format",
    "material_of_run",
    "material_of_table",
    "report",
    "run_report",
    "written",
]
