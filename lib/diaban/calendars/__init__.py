"""Named, versioned period calendars: which days a year or a month of a statistic covers."""

from diaban.calendars.calendar import CALENDARS, UNITS, Calendar, calendar
from diaban.calendars.parts import parts_frame, year_to_date
from diaban.calendars.periods import KNOWN_UNTIL, assign_periods, periods_frame

__all__ = [
    "CALENDARS",
    "KNOWN_UNTIL",
    "UNITS",
    "Calendar",
    "assign_periods",
    "calendar",
    "parts_frame",
    "periods_frame",
    "year_to_date",
]
