in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
in vec3 v_extra;
out vec4 color;
uniform int u_tissue;         // 0 gums and tongue, 1 teeth, 2 the mouth's inside
uniform vec3 u_teeth_color;
uniform float u_mouth_light;  // how much light the open mouth lets in
uniform float u_tongue_lip;   // where the lips are along the tongue: beyond is in the open

void main() {
    vec3 normal = normalize(v_normal);
    vec3 view = normalize(-v_position);
    if (dot(normal, view) < 0.0) normal = -normal;
    float depth = smoothstep(5.0, 10.6, v_rest.z);
    vec4 grain = texture(u_noise, v_uv * 3.0) - 0.5;
    vec3 albedo = vec3(0.42, 0.12, 0.11) * (1.0 + grain.g * 0.5);
    float shine = 1.0;
    if (u_tissue == 1) albedo = u_teeth_color * mix(0.55, 1.0, smoothstep(0.25, 1.0, depth));
    if (u_tissue == 2) { albedo = vec3(0.20, 0.045, 0.045); shine = 0.2; }
    // Only the foremost tissue sees the light: the rest is a cave.
    float open_sky = pow(depth, 2.0) * (0.25 + 0.75 * u_mouth_light);
    float edge = smoothstep(3.2, 1.4, abs(v_rest.x)) * 0.6 + 0.4;
    float outside = smoothstep(u_tongue_lip - 0.14, u_tongue_lip + 0.02, v_extra.z);
    open_sky = mix(open_sky, 1.0, outside);
    edge = mix(edge, 1.0, outside);
    albedo = mix(albedo, vec3(0.50, 0.19, 0.17) * (1.0 + grain.b * 0.5), outside);
    shine = mix(shine, 0.45, outside);
    vec3 light = ambient(normal) * 0.9 + u_fill_color * 0.4;
    float shadow = key_visible(v_position, normal);
    light += u_key_color * max(dot(normal, u_key_direction) * 0.7 + 0.3, 0.0) * mix(0.15, 1.0, shadow);
    vec3 lit = albedo * light * open_sky * edge * vec3(0.92, 0.80, 0.70);
    lit += u_key_color * gloss(normal, view, u_key_direction, 60.0) * 0.5 * shadow * open_sky * shine;
    color = film(lit, 1.0);
}
