"""The case of a construct: the lumbar spine on the pelvis, intact, destabilised or with its implants."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field

from cases.schema import Named
from cases.schema_anatomy import Anatomy
from cases.schema_bone import Bone
from cases.schema_interfaces import UNFUSED, Interfaces
from cases.schema_screw import PlannedScrew
from cases.schema_soft_tissue import SoftTissueNumbers
from cases.schema_solve import Solver
from cases.section import BrokenRule, Section, choice, overrides_of, quantity
from geometry.body_loss import FAMILIES, SIDES
from geometry.construct import VertebraScrew
from geometry.lumbar.graft import LYING, POSES, GraftShape
from geometry.lumbar.resection import RESECTIONS
from geometry.meshing.construct_mesh import ConstructSizing
from geometry.meshing.sizing import Sizing
from geometry.rods import CrossLinkDesign, RodDesign
from materials.ligaments import LINEAR
from materials.tables import LOST_BONE, METALS

CONSTRUCT = "construct"
LEVELS = ("l5", "l4_l5")
LAMINECTOMIES = ("none", "l5", "l4_l5")
INSTRUMENTED, DESTABILISED, INTACT, NONE = "instrumented", "destabilised", "intact", "none"
MODELS = (INSTRUMENTED, DESTABILISED, INTACT)
FIXATIONS = ("acetabula", "auricular", "distal_sacrum")
AXES = ("loaded_vertebra", "s1_endplate", "standing")
PRESSING, SLIDING = "pressing", "sliding"
FACET_JOINTS = (PRESSING, SLIDING, "bonded", "free")
MOST_SCREWS = 3
# The side of a graft that stands along the spine, left out, is the default only where that reaches.
CUT_TO_FIT = {"height_mm": ", or cut to fit where it lies", "length_mm": ", or cut to fit where it stands"}

if TYPE_CHECKING:
    GraftNumbers = Section
    VertebraScrewNumbers = Section
    RodNumbers = Section
    CrossLinkNumbers = Section
    ConstructSizingNumbers = Section
    BoneSizingNumbers = Section
else:
    GraftNumbers = overrides_of(
        GraftShape,
        name="GraftNumbers",
        about="Two strut blocks in place of the L5-S1 disc.",
        left_out=lambda key: f"{getattr(GraftShape(), key):g}{CUT_TO_FIT.get(key, '')}",
    )
    VertebraScrewNumbers = overrides_of(
        VertebraScrew, name="VertebraScrewNumbers", about="The pedicle screws of L5 and L4."
    )
    RodNumbers = overrides_of(RodDesign, name="RodNumbers", about="The rods.")
    CrossLinkNumbers = overrides_of(CrossLinkDesign, name="CrossLinkNumbers", about="A bar between the rods.")
    ConstructSizingNumbers = overrides_of(
        ConstructSizing, name="ConstructSizingNumbers", about="Edge lengths of the elements."
    )
    BoneSizingNumbers = overrides_of(
        Sizing, name="BoneSizingNumbers", about="Edge lengths in sacrum, ilium and at their screws."
    )


class PlannedGraft(GraftNumbers):
    """Two strut blocks in place of the disc L5-S1, on what a flat loss of both sides leaves of S1 and L5."""

    pose: str | None = choice(
        None,
        POSES,
        about=f"its height along the spine, or standing, its length; by default {LYING}",
        source="chosen",
    )


class Operation(Section):
    """What was taken away and put in, apart from metal; the intact model has none of it."""

    l5_facets: str = choice(
        "total",
        RESECTIONS,
        about="resection of the inferior articular processes of L5",
        source="resected for the entry of the screw (evidence 0.1)",
    )
    laminectomy: str = choice(
        "none", LAMINECTOMIES, about="laminae and spinous processes removed", source="chosen"
    )
    graft: PlannedGraft | None = Field(
        default=None,
        description="strut blocks in place of the L5-S1 disc; none by default, {} takes every "
        "default; they are bonded to both bones, or to what a flat loss leaves of them",
    )


class ConstructLoss(Section):
    """The parts of the vertebral bodies that infection has taken; lost bone stays in the mesh as its fill."""

    s1_percent: float = quantity(
        0.0,
        0.0,
        100.0,
        unit="%",
        about="share of the S1 body that is lost",
        source="0: intact; the paper's threshold is 50 (evidence 0.1)",
    )
    s1_shape: str = choice("flat", FAMILIES, about="where its loss starts and how it grows", source="chosen")
    l5_percent: float = quantity(
        0.0, 0.0, 100.0, unit="%", about="share of the L5 body that is lost", source="0: intact"
    )
    l5_shape: str = choice(
        "flat",
        FAMILIES,
        about="where its loss starts and how it grows, seen from below: at the disc L5-S1",
        source="chosen",
    )
    side: str = choice("both", SIDES, about="half of the bodies that is lost", source="chosen")
    fill: str = choice("void", LOST_BONE, about="what stands where bone was", source="materials.tables")


class Rods(RodNumbers):
    """Rods, heads and what joins them."""

    metal: str = choice("titanium", METALS, about="metal of rods, heads and cross-link", source="evidence 5")
    cross_link: CrossLinkNumbers | None = Field(
        default=None, description="a bar between the rods; none by default, {} takes every default"
    )


class ConstructLoading(Section):
    """Pure moments and forces on the upper endplate of the top vertebra, one after the other."""

    moment_nm: float = quantity(
        10.0,
        0.1,
        50.0,
        unit="N*m",
        about="the pure moments; slack ligaments and toes make stiffness depend on it",
        source="10 N m Yamamoto 1989, 7.5 N m most others (evidence 8)",
    )
    compression_n: float = quantity(
        500.0, 1.0, 5000.0, unit="N", about="compression", source="500 N (evidence 8)"
    )
    shear_n: float = quantity(
        100.0, 1.0, 5000.0, unit="N", about="shear, forwards and to the left", source="chosen"
    )
    follower_n: float = quantity(
        500.0,
        1.0,
        5000.0,
        unit="N",
        about="load along the curve of the spine, from endplate to endplate",
        source="400 to 500 N (evidence 8)",
    )
    stance_n: float = quantity(
        500.0,
        1.0,
        5000.0,
        unit="N",
        about="weight straight down in the standing patient",
        source="500 to 600 N on S1 (evidence 8)",
    )
    axes: str = choice(
        "loaded_vertebra",
        AXES,
        about="whose left, back and up the loads and motions are told in",
        source="chosen: as a testing machine grips the vertebra",
    )
    fixation: str = choice(
        "acetabula",
        FIXATIONS,
        about="what is held: roof of both acetabula, auricular faces of the sacrum, or sacrum below S2",
        source="evidence 8 [A]",
    )
    facet_joints: str = choice(
        PRESSING,
        FACET_JOINTS,
        about="facet joints: pressing along their normal with a capsule that pulls, sliding springs that "
        "push as they pull, bonded cartilage, or free of it",
        source="chosen: cartilage presses and slides",
    )


class ConstructMeshing(ConstructSizingNumbers):
    """How finely bones, discs and implants are divided."""

    scale: float = quantity(
        1.0,
        0.5,
        2.5,
        unit="",
        about="multiplies every wished edge; coarser meshes lose the necks of screws, which is refused",
        source="chosen; docs/construct.md has errors and times",
    )
    bone: BoneSizingNumbers = Field(
        default_factory=BoneSizingNumbers, description="edges in sacrum, ilium and at their screws"
    )

    def sizing(self) -> ConstructSizing:
        """The wished edges of this case."""
        numbers = {key: value for key, value in self.given().items() if key != "scale"}
        return ConstructSizing(bone=Sizing(**self.bone.given()), **numbers).scaled(self.scale)


class ConstructCase(Named):
    """A lumbosacral construct, loaded in several directions one after the other."""

    kind: str = choice(CONSTRUCT, (CONSTRUCT,), about="what the file describes", source="")
    model: str = choice(
        INSTRUMENTED,
        MODELS,
        about="the spine with its implants, after the operation without them, or before it",
        source="chosen",
    )
    reference: str = choice(
        INTACT,
        (NONE, DESTABILISED, INTACT),
        about="a second model that motions are told relative to, computed too",
        source="chosen",
    )
    levels: str = choice("l5", LEVELS, about="vertebrae above the sacrum", source="chosen")
    anatomy: Anatomy = Field(default_factory=Anatomy, description="the sacrum, the ilium and their joint")
    bone: Bone = Field(default_factory=Bone, description="density and stiffness of all bones")
    operation: Operation = Field(default_factory=Operation, description="what was removed and put in")
    body_loss: ConstructLoss = Field(
        default_factory=ConstructLoss, description="the lost parts of the S1 and the L5 body"
    )
    screws: tuple[PlannedScrew, ...] = Field(
        description="the sacral screws of one side, cranial first; each is on both sides"
    )
    lumbar_screws: VertebraScrewNumbers = Field(
        default_factory=VertebraScrewNumbers, description="the pedicle screws of L5 and L4"
    )
    rods: Rods = Field(default_factory=Rods, description="rods, heads and cross-link")
    soft_tissue: SoftTissueNumbers = Field(
        default_factory=SoftTissueNumbers, description="discs, ligaments and joints"
    )
    interfaces: Interfaces = Field(
        default_factory=Interfaces, description="where implants and grafts meet bone"
    )
    loading: ConstructLoading = Field(default_factory=ConstructLoading, description="loads and supports")
    mesh: ConstructMeshing = Field(default_factory=ConstructMeshing, description="element sizes")
    solver: Solver = Field(default_factory=Solver, description="solution of the equations")

    @property
    def is_linear(self) -> bool:
        """Whether everything pushes as it pulls, so that a load and its opposite give the same motion."""
        return (
            self.soft_tissue.ligaments == LINEAR
            and self.loading.facet_joints != PRESSING
            and self.interfaces.is_linear
        )

    @classmethod
    def broken_rules(cls, given: Mapping[str, object]) -> list[BrokenRule]:
        """A construct is alike on both sides, and its keys go together."""
        broken = []
        bone, anatomy = (given.get(key) for key in ("bone", "anatomy"))
        alike = "a construct is drawn on the left and mirrored"
        if isinstance(bone, Mapping) and bone.get("ct") is not None:
            broken.append(BrokenRule(path=("bone", "ct"), problem=alike, remedy="delete it: use the map"))
        if isinstance(anatomy, Mapping) and anatomy.get("sacrum_right"):
            remedy = "delete it: both sides are those of sacrum"
            broken.append(BrokenRule(path=("anatomy", "sacrum_right"), problem=alike, remedy=remedy))
        operation = given.get("operation")
        resected = operation.get("laminectomy") if isinstance(operation, Mapping) else None
        if resected == "l4_l5" and given.get("levels", "l5") == "l5":
            remedy = "write laminectomy: l5, or levels: l4_l5"
            path = ("operation", "laminectomy")
            broken.append(BrokenRule(path=path, problem="there is no L4 in levels: l5", remedy=remedy))
        if given.get("model") == given.get("reference", INTACT):
            remedy = "write reference: none"
            broken.append(BrokenRule(path=("model",), problem="the same as its reference", remedy=remedy))
        grafted = isinstance(operation, Mapping) and operation.get("graft") is not None
        if grafted and DESTABILISED in (given.get("model"), given.get("reference")):
            problem = "given beside a destabilised model: with neither disc nor graft nothing carries L5"
            remedy = "use reference: intact, or delete graft"
            broken.append(BrokenRule(path=("operation", "graft"), problem=problem, remedy=remedy))
        interfaces = given.get("interfaces")
        if not grafted and isinstance(interfaces, Mapping) and interfaces.get("grafts") == UNFUSED:
            remedy = "write operation: {graft: {}}, or grafts: fused"
            path = ("interfaces", "grafts")
            broken.append(BrokenRule(path=path, problem="there is no graft to part from bone", remedy=remedy))
        return broken + screw_rules(given.get("screws"))


def screw_rules(screws: object) -> list[BrokenRule]:
    """One to three screws, no two of one title: they would share their names in the mesh."""
    if not isinstance(screws, list | tuple):
        return []
    if not 1 <= len(screws) <= MOST_SCREWS:
        remedy = f"list 1 to {MOST_SCREWS}, such as [{{preset: s2ai}}]"
        return [BrokenRule(path=("screws",), problem=f"{len(screws)} screws", remedy=remedy)]
    titles = [
        screw.get("preset") or screw.get("kind") if isinstance(screw, Mapping) else None for screw in screws
    ]
    return [
        BrokenRule(path=("screws", i), problem=f"{title} is given twice", remedy="choose another screw")
        for i, title in enumerate(titles)
        if title is not None and title in titles[:i]
    ]
