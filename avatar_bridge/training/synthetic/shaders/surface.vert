in vec3 in_position;
in vec3 in_normal;
in vec3 in_rest;
in vec2 in_uv;
in vec3 in_extra;   // open sky, hair, along the lash or the tongue
out vec3 v_position;
out vec3 v_normal;
out vec3 v_rest;
out vec2 v_uv;
out vec3 v_extra;

void main() {
    float share = head_share(in_rest);
    // Clothes lie upon the skin.
    float cloth = smoothstep(-12.6, -13.1, in_rest.y + 0.67 * in_rest.z);
    v_position = placed(in_position + in_normal * 0.35 * cloth, share);
    v_normal = turned(in_normal, share);
    v_rest = in_rest;
    v_uv = in_uv;
    v_extra = in_extra;
    gl_Position = u_projection * vec4(v_position, 1.0);
}
