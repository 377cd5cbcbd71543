in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
out vec4 color;
uniform vec3 u_hair_color;
uniform float u_wave;

void main() {
    float bent = v_uv.x + u_wave * 0.012 * sin(v_rest.y * 0.9 + v_uv.x * 30.0);
    vec4 strands = texture(u_noise, vec2(bent * 4.0, v_rest.y * 0.012)) - 0.5;
    vec4 clumps = texture(u_noise, vec2(bent * 1.0, v_rest.y * 0.01 + 0.4)) - 0.5;
    float edge = min(v_uv.x, 1.0 - v_uv.x) * 14.0 + strands.g * 1.6;
    float foot = v_uv.y * 12.0 + clumps.g * 3.0 + strands.b * 2.0;
    if (min(edge, foot) < 0.4) discard;
    vec3 normal = normalize(v_normal), view = normalize(-v_position);
    if (dot(normal, view) < 0.0) normal = -normal;
    normal = raised(normal, v_position, clumps.g * 0.5 + strands.g * 0.15);
    vec3 albedo = max(u_hair_color * (0.8 + strands.b * 0.9 + clumps.g * 0.8), 0.002);
    float shadow = key_visible(v_position, normal);
    vec3 light = u_key_color * max(dot(normal, u_key_direction) * 0.7 + 0.3, 0.0) * mix(0.3, 1.0, shadow);
    light += ambient(normal) * 0.7;
    vec3 half_way = normalize(u_key_direction + view);
    float ring = pow(max(1.0 - half_way.y * half_way.y, 0.0), 20.0) * 0.5;
    color = film(albedo * light + u_key_color * ring * 0.05 * (0.3 + u_hair_color) * shadow, 1.0);
}
