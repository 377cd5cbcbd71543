// An avatar's primitive, plainly lit: a key light, a fill, the sky and a little gloss.
uniform sampler2D u_texture;
uniform vec4 u_color;           // linear
uniform float u_cutoff;
uniform vec3 u_key_direction;   // camera space, from the face toward the light
uniform float u_key;
uniform vec3 u_fill_direction;
uniform float u_fill;
uniform float u_sky;
in vec3 position;
in vec3 normal;
in vec2 uv;
out vec4 color;

void main() {
    vec4 texel = texture(u_texture, uv);
    if (texel.a * u_color.a < u_cutoff) discard;
    vec3 base = pow(texel.rgb, vec3(2.2)) * u_color.rgb;
    vec3 view = normalize(-position);
    vec3 facing = normalize(normal);
    if (dot(facing, view) < 0.0) facing = -facing;
    float key = u_key * max(dot(facing, u_key_direction), 0.0);
    float fill = u_fill * max(dot(facing, u_fill_direction), 0.0);
    float sky = u_sky * (0.6 + 0.4 * facing.y);
    vec3 half_way = normalize(view + u_key_direction);
    float gloss = 0.08 * u_key * pow(max(dot(facing, half_way), 0.0), 24.0);
    vec3 light = base * (key + fill + sky) + gloss;
    color = vec4(pow(clamp(light, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
