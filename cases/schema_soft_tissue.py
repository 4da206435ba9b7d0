"""The soft_tissue section of a construct: every number with its range and source."""

from typing import TYPE_CHECKING

from pydantic import Field

from cases.section import Section, choice, overrides_of
from materials.ligaments import LIGAMENT_LAWS, MODULI
from materials.soft_tissue import DiscTissue, JointCartilage, LumbarLigaments, PelvicLigaments, SoftTissue

if TYPE_CHECKING:
    DiscNumbers = Section
    LumbarNumbers = Section
    PelvicNumbers = Section
    JointNumbers = Section
else:
    DiscNumbers = overrides_of(DiscTissue, name="DiscNumbers", about="Discs.")
    LumbarNumbers = overrides_of(LumbarLigaments, name="LumbarNumbers", about="Lumbar ligaments.")
    PelvicNumbers = overrides_of(PelvicLigaments, name="PelvicNumbers", about="Ligaments of the pelvis.")
    JointNumbers = overrides_of(JointCartilage, name="JointNumbers", about="Joint cartilage.")


class SoftTissueNumbers(Section):
    """Discs, ligaments and joints."""

    ligaments: str = choice(
        MODULI,
        LIGAMENT_LAWS,
        about="how ligaments and fibres pull. moduli: slack when pressed, soft below the toe strain; "
        "stiffness: slack when pressed, lumbar ones by a table of stiffness; linear: push as they pull",
        source="evidence 5 [V 154], [V 155]; linear is several times too stiff (docs/construct.md)",
    )
    disc: DiscNumbers = Field(default_factory=DiscNumbers, description="annulus, fibres, nucleus, graft")
    lumbar: LumbarNumbers = Field(
        default_factory=LumbarNumbers, description="ligaments between vertebrae: modulus and area"
    )
    pelvic: PelvicNumbers = Field(
        default_factory=PelvicNumbers, description="ligaments of the pelvis: stiffness of one side"
    )
    joints: JointNumbers = Field(default_factory=JointNumbers, description="cartilage")

    def tissue(self) -> SoftTissue:
        """The tables with the numbers of this case."""
        return SoftTissue(
            disc=DiscTissue(**self.disc.given()),
            lumbar=LumbarLigaments(**self.lumbar.given()),
            pelvic=PelvicLigaments(**self.pelvic.given()),
            joints=JointCartilage(**self.joints.given()),
        )
