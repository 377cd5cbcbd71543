in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
out vec3 v_position;
out vec3 v_normal;
out vec3 v_rest;
out vec2 v_uv;
uniform int u_follows_head;   // 0 the shoulders alone, 1 hanging from the head, 2 fixed on it

void main() {
    float share = u_follows_head == 1 ? smoothstep(-11.0, -2.0, in_position.y) : 0.0;
    if (u_follows_head == 2) share = 1.0;
    v_position = placed(in_position, share);
    v_normal = turned(in_normal, share);
    v_rest = in_position;
    v_uv = in_uv;
    gl_Position = u_projection * vec4(v_position, 1.0);
}
