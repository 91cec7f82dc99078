"""For people who do not open apps: results as documents."""

from crm_ai.reporting.explanations import Case, Material, explanation_report
from crm_ai.reporting.gathering import material_of_run, material_of_table
from crm_ai.reporting.html import Bullets, Document, Facts, Grid, Paragraph, Remark, Section
from crm_ai.reporting.tracks import Bar, Bars

__all__ = [
    "Bar",
    "Bars",
    "Bullets",
    "Case",
    "Document",
    "Facts",
    "Grid",
    "Material",
    "Paragraph",
    "Remark",
    "Section",
    "explanation_report",
    "material_of_run",
    "material_of_table",
]
