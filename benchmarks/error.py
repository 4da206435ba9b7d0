"""How good is the estimated discretisation error? Every element of the quickstart's meshes is cut into eight.

The stiffness falls by the drop. Its error follows from the drop at the rate at which the estimate itself fell
between the two meshes. One line of Markdown per screw and loss; a screw takes some two minutes and 4 GiB.

    python -m benchmarks.error                          S1 pedicle and S1 alar screw
    python -m benchmarks.error s2ai bone.anisotropy=crawford
"""

import sys
from pathlib import Path

import numpy as np

from cases.build import lost_share, mesh_plan, model_at, plan_case, set_up
from cases.head_loads import PULL_OUT
from cases.load import read_compare
from cases.run import solver_settings
from fem.error_estimate import estimated_error
from fem.solution import work_stiffness
from fem.solvers import solve
from geometry.meshing.halved import halved

QUICKSTART = Path("cases/library/quickstart.yaml")


def main() -> None:
    """Print a table as Markdown."""
    overrides = [word for word in sys.argv[1:] if "=" in word]
    wanted = [word for word in sys.argv[1:] if "=" not in word] or ["s1_pedicle", "s1_alar"]
    study = read_compare(QUICKSTART, [f"case.{word}" for word in overrides]).value
    print("| screw, body loss | stiffness | halved edges | estimated | from the drop | ratio in energy |")
    print("|---|---|---|---|---|---|")
    for screw in study.screws:
        if screw.title() not in wanted:
            continue
        plan = plan_case(study.case_of(screw, 0.0))
        mesh = mesh_plan(plan)
        coarse, fine = set_up(plan, mesh), set_up(plan, halved(mesh))
        for loss in (0.0, 100.0):
            found = []
            for setup in (coarse, fine):
                solution = solve(
                    model_at(setup, lost_share(setup, loss)), settings=solver_settings(plan.case.solver)
                )
                stiffness = work_stiffness(plan.case.loading.force_n, solution, PULL_OUT)
                found.append(
                    (stiffness, estimated_error(solution, PULL_OUT).relative_stiffness_error * stiffness)
                )
            (stiff, error), (less_stiff, less_error) = found
            rate = error / less_error
            drop = (stiff - less_stiff) * rate / (rate - 1.0)
            shares = f"{100 * error / stiff:.1f} % | {100 * drop / stiff:.1f} %"
            ratio = np.sqrt(error / drop)
            print(
                f"| {screw.title()}, {loss:g} % | {stiff:.0f} | {less_stiff:.0f} | {shares} | {ratio:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
