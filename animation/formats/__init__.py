"""What other programs read: one format a file.

| file | for |
| --- | --- |
| `oculus.py` | the fifteen Oculus visemes: as weights over time, and as shapes to bake |
| `azure.py` | the viseme events of Azure speech synthesis, ids and 55 weights at 60 frames a second |
| `livelink.py` | Live Link Face, Apple ARKit over UDP, packet version 6 |
| `vmc.py` | Virtual Motion Capture protocol over OSC, for VRM 0 and VRM 1 avatars |
| `table.py` | CSV with the columns of the Live Link Face app |
| `clip.py` | a performance kept: the wire's own messages in a file, `.shuren` |
| `vrma.py`, `gltf.py` | VRM animation; an avatar's GLB with the performance in it |
| `tpose.py` | joint rotations as skeletons in T-pose want them |

The wire itself is `animation/codec.py`.
"""
