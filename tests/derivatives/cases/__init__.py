"""The cases: for each op, loss, network and objective, small arguments of which all dimensions differ, and what is run
on them.

A case names the functions whose derivatives it checks (`covers`, "module:qualified name"); the completeness test finds
every derivative of the tree and fails for one that no case covers.  To add an op, add a case to its area's list.
"""

from tests.derivatives.cases.cells import CELLS
from tests.derivatives.cases.clipping import CLIPPED
from tests.derivatives.cases.compiled_images import COMPILED_IMAGES
from tests.derivatives.cases.convolutional import CONVOLUTIONAL
from tests.derivatives.cases.curves import CURVES
from tests.derivatives.cases.dnc_memory import DNC_MEMORY
from tests.derivatives.cases.factorized import FACTORIZED
from tests.derivatives.cases.images import IMAGES
from tests.derivatives.cases.kernels import KERNELS, TWINS
from tests.derivatives.cases.kinked import KINKED
from tests.derivatives.cases.kronecker import KRONECKER
from tests.derivatives.cases.layers import LAYERS, READOUTS, RECURRENCES
from tests.derivatives.cases.losses import LOSSES
from tests.derivatives.cases.lrua import LRUA
from tests.derivatives.cases.lstm import LSTMS
from tests.derivatives.cases.memory import MEMORY
from tests.derivatives.cases.networks import NETWORKS, RECURRENT, THROUGH_TIME
from tests.derivatives.cases.objectives import OBJECTIVES, SUMS
from tests.derivatives.cases.orthogonality import FACTORISED as FACTORISED, ORTHOGONALITY
from tests.derivatives.cases.sequences import OVER_SEQUENCES
from tests.derivatives.cases.states import STATES

CASES = [*SUMS, *LAYERS, *READOUTS, *RECURRENCES, *KINKED, *LSTMS, *STATES, *CLIPPED, *TWINS, *KERNELS, *LOSSES,
         *NETWORKS, *RECURRENT, *THROUGH_TIME, *OBJECTIVES, *OVER_SEQUENCES, *KRONECKER, *ORTHOGONALITY, *FACTORIZED,
         *MEMORY, *DNC_MEMORY, *CELLS, *LRUA, *IMAGES, *COMPILED_IMAGES, *CONVOLUTIONAL, *CURVES]
