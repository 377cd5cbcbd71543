in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
out vec4 color;
uniform vec3 u_cloth_color;
uniform float u_cloth_pattern;

void main() {
    float knit = texture(u_noise, v_rest.xy * 0.45).b * 0.3 + texture(u_noise, v_rest.xy * 0.1).g * 0.3;
    float stripes = mix(1.0, 0.55 + 0.6 * step(0.5, fract(v_rest.y * 0.4)), u_cloth_pattern);
    color = film(matte(u_cloth_color * (0.72 + knit) * stripes, normalize(v_normal), v_position, 0.85), 1.0);
}
