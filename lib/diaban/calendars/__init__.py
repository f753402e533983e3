"""Named, versioned period calendars: which days a year or a month of a statistic covers."""

from diaban.calendars.calendar import CALENDARS, Calendar, calendar
from diaban.calendars.periods import assign_periods, periods_frame

__all__ = ["CALENDARS", "Calendar", "assign_periods", "calendar", "periods_frame"]
