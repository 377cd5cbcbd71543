in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
in vec3 v_extra;
out vec4 color;
uniform vec3 u_lash_color;
uniform float u_lash_density;

void main() {
    float tip = v_extra.z;
    float row = floor(v_uv.y * 6.0);
    float slant = (fract(v_uv.x) - 0.75) * tip * 0.10;
    float place = (v_uv.x + slant) * 150.0 + row * 0.37;
    float hair = floor(place);
    float random = fract(sin(hair * 12.9898 + row * 4.1) * 43758.5453);
    float width = 0.42 * (1.0 - tip) + 0.06;
    float reach = 0.35 + 0.5 * random;
    float inside = smoothstep(width, width * 0.4, abs(fract(place) - 0.5));
    float upper = step(0.5, v_uv.y - floor(v_uv.y));
    float alpha = inside * smoothstep(reach, reach - 0.2, tip) * u_lash_density * mix(0.30, 1.0, upper);
    if (alpha < 0.02) discard;
    color = vec4(film(u_lash_color * (ambient(vec3(0, 1, 0)) + u_key_color * 0.3), 1.0).rgb, alpha);
}
