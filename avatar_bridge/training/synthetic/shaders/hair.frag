in vec3 v_position;
in vec3 v_normal;
in vec3 v_flow;
in vec3 v_strand;
in float v_layer;
out vec4 color;
uniform vec3 u_hair_color;
uniform float u_hair_line;
uniform float u_wave;

void main() {
    float bent = v_strand.x + u_wave * 0.01 * sin(v_strand.y * 1.7 + v_strand.x * 40.0);
    vec4 strands = texture(u_noise, vec2(bent * 5.0, v_strand.y * 0.012)) - 0.5;
    vec4 clumps = texture(u_noise, vec2(bent * 2.0, v_strand.y * 0.02 + 0.3)) - 0.5;
    float line = v_strand.z + clumps.g * 0.7 + strands.b * 0.5;
    if (line < u_hair_line + v_layer * 0.4) discard;
    float dense = strands.b * 0.9 + strands.g * 0.6 + clumps.g * 0.6 + 0.62;
    if (v_layer > 0.12 && dense < v_layer) discard;
    vec3 normal = normalize(v_normal), view = normalize(-v_position);
    vec3 flow = normalize(v_flow - normal * dot(v_flow, normal));
    float open_sky = mix(0.35, 1.0, v_layer) * mix(0.6, 1.0, smoothstep(-0.3, 0.3, clumps.g));
    float shadow = key_visible(v_position, normal);
    vec3 albedo = u_hair_color * (0.85 + strands.b * 0.9 + strands.a * 0.5 + clumps.g * 0.5);
    albedo *= mix(0.55, 1.15, v_layer);
    vec3 light = u_key_color * max(dot(normal, u_key_direction) * 0.75 + 0.25, 0.0) * mix(0.4, 1.0, shadow);
    light += ambient(normal) * open_sky + u_fill_color * 0.4 * open_sky;
    vec3 lit = max(albedo, 0.002) * light;
    // Kajiya and Kay: a strand shines in a ring about its own direction.
    vec3 half_way = normalize(u_key_direction + view);
    float along = dot(flow, half_way) + strands.g * 0.25;
    float ring = pow(max(1.0 - along * along, 0.0), 24.0) * max(dot(normal, u_key_direction), 0.0);
    lit += u_key_color * ring * (0.025 + u_hair_color * 0.5) * shadow * (0.6 + strands.b);
    lit += u_rim_color * pow(1.0 - max(dot(normal, view), 0.0), 3.0) * (0.03 + u_hair_color);
    color = film(lit, 1.0);
}
