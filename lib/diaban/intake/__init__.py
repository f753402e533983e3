"""Read, map, validate, quarantine: from a study's files to checked tables."""

from diaban.intake.card import DataCard
from diaban.intake.quarantine import explain
from diaban.intake.read import population_at_risk, read_localities, read_tables
from diaban.intake.tables import Intake, Tables

__all__ = ["DataCard", "Intake", "Tables", "explain", "population_at_risk", "read_localities", "read_tables"]
