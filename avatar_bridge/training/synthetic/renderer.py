"""Draws one face.

**Convention:** pictures come out as uint8 RGB, row 0 at the top.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.training.synthetic.deferred import DeferredSkin
from avatar_bridge.training.synthetic.eyes import IRIS_RADIUS
from avatar_bridge.training.synthetic.hair import (
    long_hair,
    scalp_amount,
    scalp_triangles,
)
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.occlusion import bake_open_sky
from avatar_bridge.training.synthetic.paint import BROW_BOX, FaceMaps, paint_maps
from avatar_bridge.training.synthetic.props import torso
from avatar_bridge.training.synthetic.scene import Scene
from avatar_bridge.training.synthetic.shading import fragment_source, vertex_source
from avatar_bridge.training.synthetic.uniforms import (
    columns,
    light_values,
    look_values,
    set_uniforms,
    shadow_matrices,
)
from avatar_bridge.training.synthetic.wardrobe import Wardrobe
from avatar_bridge.types import Float32

# Where the lips are along a tongue that stays inside: far beyond its tip.
INSIDE = 9.0
_TISSUES = {"GumsTongue": 0, "Teeth": 1, "Mouth": 2}
# program: (vertex shader, fragment shader)
_PROGRAMS = {
    "skin": ("surface", "skin"),
    "eye": ("surface", "eye"),
    "mouth": ("surface", "mouth"),
    "lash": ("surface", "lash"),
    "lid_shade": ("surface", "lid_shade"),
    "depth": ("surface", "depth"),
    "hair": ("hair", "hair"),
    "torso": ("prop", "torso"),
    "curtain": ("prop", "curtain"),
    "worn": ("prop", "worn"),
    "worn_depth": ("prop", "depth"),
    "backdrop": ("backdrop", "backdrop"),
}


@dataclass(frozen=True, slots=True, eq=False)
class FaceShape:
    """The geometry of one picture, in the mesh's space, cm.

    Attributes:
        positions: (V, 3), the eyes turned already.
        normals: (V, 3).
        folds: (2, 4) strength of the painted folds on the subject's right and left: forehead,
            frown, crow's feet, nose and smile.
        jaw_open: in [0, 1], how much light the mouth lets in.
        tongue_lip: which place along the tongue lies between the lips.
    """

    positions: Float32
    normals: Float32
    folds: Float32
    jaw_open: float
    tongue_lip: float = INSIDE


class Renderer:
    """Holds what stays the same from picture to picture on the graphics device.

    Args:
        context: from `gl.open_context`.
        mesh: the face.
        size: pixels across a picture.
        oversample: pixels drawn for each pixel of the picture, along one side.
        samples: of multisampling.
        shadow_size: texels across the shadow map.
        hair_layers: shells of hair over the scalp.
        fast: do not blend between the sizes of a texture, and shade skin once for each pixel;
            needs `samples` of 0.
    """

    def __init__(
        self,
        context: Any,
        mesh: FaceMesh,
        size: int,
        oversample: float = 2.0,
        samples: int = 4,
        shadow_size: int = 1024,
        hair_layers: int = 12,
        fast: bool = False,
    ) -> None:
        self.mesh = mesh
        self._hair_layers = hair_layers
        self._fast = fast
        self._gl = context
        self._size = size
        self._drawn = round(size * oversample)
        self._programs = {
            name: context.program(
                vertex_shader=vertex_source(vertex), fragment_shader=fragment_source(fragment)
            )
            for name, (vertex, fragment) in _PROGRAMS.items()
        }
        self._make_targets(samples, shadow_size)
        self._make_textures(paint_maps(self._landmark_uv()))
        self._make_meshes()

    def _landmark_uv(self) -> Float32:
        face = np.unique(self.mesh.parts["Face"])
        of_position = np.zeros(len(self.mesh.base), np.int64)
        of_position[self.mesh.position_of[face]] = face
        return np.asarray(self.mesh.uv[of_position[self.mesh.landmarks]], np.float32)

    def _make_targets(self, samples: int, shadow_size: int) -> None:
        gl, side = self._gl, (self._drawn, self._drawn)
        depth = gl.depth_renderbuffer(side, samples=samples)
        self._many = gl.framebuffer([gl.renderbuffer(side, 4, samples=samples)], depth)
        self._deferred = DeferredSkin(gl, self._drawn, depth) if self._fast else None
        if self._deferred is not None:
            self._programs["skin"] = self._deferred.surface
            self._programs["skin_shade"] = self._deferred.shade
        self._flat = gl.framebuffer([gl.renderbuffer(side, 4)])
        self._shadow = gl.depth_texture((shadow_size, shadow_size))
        self._shadow.compare_func = "<="
        self._shadow.repeat_x = self._shadow.repeat_y = False
        self._shadow_target = gl.framebuffer(depth_attachment=self._shadow)

    def _make_textures(self, maps: FaceMaps) -> None:
        gl = self._gl
        self._textures: dict[str, Any] = {}
        for name, image in (
            ("u_tint", maps.tint),
            ("u_folds", maps.folds),
            ("u_zones", maps.zones),
            ("u_noise", maps.noise),
        ):
            texture = gl.texture(image.shape[1::-1], image.shape[2], np.ascontiguousarray(image))
            self._textures[name] = texture
        styles, height, width, channels = maps.brows.shape
        brows = gl.texture_array(
            (width, height, styles), channels, np.ascontiguousarray(maps.brows)
        )
        self._textures["u_brows"] = brows
        for name, texture in self._textures.items():
            texture.build_mipmaps()
            shrinking = (
                moderngl.LINEAR_MIPMAP_NEAREST if self._fast else moderngl.LINEAR_MIPMAP_LINEAR
            )
            texture.filter = (shrinking, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = name == "u_noise"
        self._backdrop: Any = None

    def _make_meshes(self) -> None:
        gl, mesh = self._gl, self.mesh
        count = len(mesh.uv)
        rest = mesh.base[mesh.position_of]
        hair = scalp_amount(rest)
        open_sky = bake_open_sky(gl, mesh, mesh.base, mesh.normals(mesh.base))
        tongue = np.zeros(len(mesh.base), np.float32)
        tongue[mesh.tongue.positions] = mesh.tongue.along
        along = mesh.lash_tip + tongue[mesh.position_of]
        extra = np.stack([open_sky[mesh.position_of], hair, along], axis=1)
        self._static = np.concatenate([rest, mesh.uv, extra], axis=1).astype(np.float32)
        self._static_buffer = gl.buffer(self._static)
        self._moving = gl.buffer(reserve=count * 24)
        skin = np.concatenate([mesh.parts["Face"], mesh.parts["BackHead"]])
        parts = {
            "skin": ("skin", skin),
            "hair": ("hair", scalp_triangles(skin, hair)),
            "eye_left": ("eye", mesh.parts["ScleraLeft"]),
            "eye_right": ("eye", mesh.parts["ScleraRight"]),
            "lid_shade": ("lid_shade", mesh.parts["EyeOcclusion"]),
            "lash": ("lash", mesh.parts["EyeLashes"]),
            **{name: ("mouth", mesh.parts[name]) for name in _TISSUES},
            "depth": ("depth", skin),
            "tongue_depth": ("depth", mesh.parts["GumsTongue"]),
        }
        self._meshes: dict[str, Any] = {}
        for name, (program, triangles) in parts.items():
            self._meshes[name] = gl.vertex_array(
                self._programs[program],
                [
                    (self._moving, "3f 3f", "in_position", "in_normal"),
                    (self._static_buffer, "3f 2f 3f", "in_rest", "in_uv", "in_extra"),
                ],
                gl.buffer(np.ascontiguousarray(triangles, np.int32)),
                skip_errors=True,
            )
        for name, prop in (("torso", torso()), ("curtain", long_hair())):
            self._meshes[name] = gl.vertex_array(
                self._programs[name],
                [(gl.buffer(prop.vertices), "3f 3f 2f", "in_position", "in_normal", "in_uv")],
                gl.buffer(prop.triangles),
                skip_errors=True,
            )
        corners = np.array([-1, -1, 1, -1, -1, 1, 1, 1], np.float32)
        self._wardrobe = Wardrobe(gl, self._programs["worn"], self._programs["worn_depth"])
        for name in ("backdrop", "skin_shade"):
            if name in self._programs:
                self._meshes[name] = gl.vertex_array(
                    self._programs[name], [(gl.buffer(corners), "2f", "in_corner")]
                )

    def set_open_sky(self, open_sky: Float32) -> None:
        """Replace what share of the sky each (V,) position sees."""
        self._static[:, 5] = open_sky[self.mesh.position_of]
        self._static_buffer.write(self._static)

    def draw(self, shape: FaceShape, scene: Scene) -> NDArray[np.uint8]:
        """(size, size, 3) uint8 RGB picture."""
        moving = np.concatenate([shape.positions, shape.normals], axis=1)
        self._moving.write(np.ascontiguousarray(moving[self.mesh.position_of], np.float32))
        self._set_uniforms(shape, scene)
        self._wardrobe.wear(scene.worn)
        self._draw_shadow(shape)
        self._many.use()
        self._many.clear(0.0, 0.0, 0.0, 1.0)
        self._draw_backdrop(scene)
        self._gl.enable(moderngl.DEPTH_TEST)
        self._draw_solid(scene)
        self._draw_veils()
        self._gl.copy_framebuffer(self._flat, self._many)
        drawn = np.frombuffer(self._flat.read(components=3, alignment=1), np.uint8)
        picture = drawn.reshape(self._drawn, self._drawn, 3)[::-1]
        if self._drawn == self._size:
            return np.ascontiguousarray(picture)
        side = (self._size, self._size)
        return np.asarray(cv2.resize(picture, side, interpolation=cv2.INTER_AREA), np.uint8)

    def _draw_shadow(self, shape: FaceShape) -> None:
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self._gl.enable(moderngl.DEPTH_TEST)
        program = self._programs["depth"]
        program["u_projection"].write(columns(self._light_matrix))
        if self._fast:  # the far side lies in the near side's shadow anyway
            self._gl.enable(moderngl.CULL_FACE)
        self._meshes["depth"].render()
        self._gl.disable(moderngl.CULL_FACE)
        if shape.tongue_lip < INSIDE:
            self._meshes["tongue_depth"].render()
        self._wardrobe.draw_shadow(columns(self._light_matrix))

    def _draw_backdrop(self, scene: Scene) -> None:
        if self._backdrop is not None:
            self._backdrop.release()
        image = np.ascontiguousarray(scene.backdrop[::-1])
        self._backdrop = self._gl.texture(image.shape[1::-1], 3, image, alignment=1)
        self._backdrop.repeat_x = self._backdrop.repeat_y = False
        self._backdrop.use(8)
        self._programs["backdrop"]["u_backdrop"].value = 8
        self._gl.disable(moderngl.DEPTH_TEST)
        self._meshes["backdrop"].render(moderngl.TRIANGLE_STRIP)

    def _draw_solid(self, scene: Scene) -> None:
        meshes = self._meshes
        meshes["torso"].render()
        if self._deferred is not None:
            self._deferred.draw(meshes["skin"], meshes["skin_shade"], self._many)
        else:
            self._gl.enable(moderngl.CULL_FACE)
            meshes["skin"].render()
            self._gl.disable(moderngl.CULL_FACE)
        mouth = self._programs["mouth"]
        for name, tissue in _TISSUES.items():
            mouth["u_tissue"].value = tissue
            meshes[name].render()
        eye = self._programs["eye"]
        for name, ball in zip(("eye_left", "eye_right"), self.mesh.eyes, strict=True):
            set_uniforms(eye, u_eye_centre=ball.centre, u_eye_axis=ball.axis)
            set_uniforms(eye, u_iris_size=IRIS_RADIUS / ball.radius)
            meshes[name].render()
        if not scene.look.bald:
            if self._fast:
                self._gl.enable(moderngl.CULL_FACE)
            meshes["hair"].render(instances=self._hair_layers)
            self._gl.disable(moderngl.CULL_FACE)
        if scene.look.long_hair:
            meshes["curtain"].render()
        self._wardrobe.draw(solid=True)

    def _draw_veils(self) -> None:
        self._gl.enable(moderngl.BLEND)
        self._gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self._many.depth_mask = False
        self._meshes["lid_shade"].render()
        self._meshes["lash"].render()
        self._wardrobe.draw(solid=False)
        self._many.depth_mask = True
        self._gl.disable(moderngl.BLEND)

    def _set_uniforms(self, shape: FaceShape, scene: Scene) -> None:
        head = scene.place.head_matrix()
        self._light_matrix, to_map = shadow_matrices(scene.lights, head)
        values = {
            **light_values(scene.lights),
            **look_values(scene.look, shape.folds),
            "u_mouth_light": shape.jaw_open,
            "u_tongue_lip": shape.tongue_lip,
            "u_layers": float(self._hair_layers),
            "u_head": columns(head),
            "u_body": columns(scene.place.body_matrix()),
            "u_projection": columns(scene.camera.projection()),
            "u_to_light": columns(to_map),
        }
        for slot, (name, texture) in enumerate(self._textures.items()):
            texture.use(slot)
            values[name] = slot
        self._shadow.use(9)
        values |= {"u_shadow": 9, "u_noise_v": values["u_noise"], "u_brow_box": BROW_BOX}
        for program in self._programs.values():
            set_uniforms(program, **values)
        set_uniforms(self._programs["torso"], u_follows_head=0)
        set_uniforms(self._programs["curtain"], u_follows_head=1)
