in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
in vec3 v_extra;
layout(location = 0) out vec4 rest_sky;
layout(location = 1) out vec4 uv_hair;       // and 1 where there is skin
layout(location = 2) out vec4 normal_depth;

void main() {
    rest_sky = vec4(v_rest, v_extra.x);
    uv_hair = vec4(v_uv, v_extra.y, 1.0);
    normal_depth = vec4(v_normal, v_position.z);
}
