"""One linear programme, asked many questions: the solver starts each from the answer before."""

from __future__ import annotations

import os
from pathlib import Path

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


class Programme:
    """The solutions x >= 0 of matrix @ x = known, x at most `upper` where it is given (shape of x).

    HiGHS keeps the simplex basis between questions (highspy, the project's own interface), so that all but
    the first cost a few iterations.
    """

    def __init__(self, matrix: csr_array, known: NDArray, *, upper: NDArray | None = None) -> None:
        rows, columns = matrix.shape
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = columns, rows
        programme.col_cost_, programme.col_lower_ = np.zeros(columns), np.zeros(columns)
        programme.col_upper_ = np.full(columns, highspy.kHighsInf) if upper is None else upper
        programme.row_lower_ = programme.row_upper_ = known
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.num_col_, programme.a_matrix_.num_row_ = columns, rows
        programme.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        programme.a_matrix_.index_ = matrix.indices.astype(np.int32)
        programme.a_matrix_.value_ = matrix.data.astype(float)
        self._columns = np.arange(columns, dtype=np.int32)
        self._solver = _quiet_solver()
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(programme)

    def bound(self, column: int, low: float, high: float) -> None:
        """From now on x of this column lies between `low` and `high`."""
        self._solver.changeColBounds(column, low, high)

    def start_anew(self) -> None:
        """The next question starts from x = 0, not from the answer before: sooner there where it is near."""
        self._solver.setOptionValue("presolve", "off")  # it would take longer than the few steps
        self._solver.setBasis()

    def smallest(self, objective: NDArray) -> NDArray | None:
        """A solution that makes `objective` (shape of x) smallest; None where it has no least value.

        Raises ArithmeticError where nothing solves the equations.
        """
        self._solver.changeColsCost(len(self._columns), self._columns, objective.astype(float))
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kUnknown:  # lost its way from where it stood
            self._solver.clearSolver()
            self._solver.run()
            status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self._solver.getSolution().col_value)
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        raise ArithmeticError(self._solver.modelStatusToString(status))

    def prices(self) -> NDArray:
        """How much the last least value would rise with each of `known` (its dual values)."""
        return np.array(self._solver.getSolution().row_dual)


def _quiet_solver() -> highspy.Highs:
    """A solver; the first one that is made would print its name (HiGHS 1.16, past Python's own output)."""
    screen = os.dup(1)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        return highspy.Highs()
    finally:
        os.dup2(screen, 1)
        os.close(screen)
