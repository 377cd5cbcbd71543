in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
in vec3 v_extra;
out vec4 color;

void main() {
    float v = fract(v_uv.y), u = fract(v_uv.x);
    float shade = 0.62 * smoothstep(0.55, 1.0, v) + 0.25 * smoothstep(0.25, 0.0, v);
    shade += 0.30 * (smoothstep(0.25, 0.0, u) + smoothstep(0.75, 1.0, u));
    color = vec4(0.06, 0.025, 0.02, clamp(shade, 0.0, 0.85));
}
