in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
out vec4 color;
uniform vec3 u_worn_color;
uniform float u_worn_gloss;
uniform float u_worn_weave;     // how rough the cloth is
uniform float u_worn_opacity;   // 1 but for lenses

void main() {
    vec3 normal = normalize(v_normal), view = normalize(-v_position);
    if (dot(normal, view) < 0.0) normal = -normal;
    float weave = texture(u_noise, v_rest.xy * 0.35 + v_rest.z * 0.21).b - 0.5;
    vec3 albedo = u_worn_color * (1.0 + u_worn_weave * weave);
    vec3 lit = matte(albedo, normal, v_position, 0.8);
    vec3 mirror = reflect(-view, normal);
    float grazing = pow(1.0 - max(dot(normal, view), 0.0), 4.0);
    vec3 shine = u_key_color * min(gloss(normal, view, u_key_direction, 120.0), 3.0);
    shine += u_sky_color * (0.05 + 0.6 * grazing) * smoothstep(-0.2, 0.8, mirror.y);
    lit += shine * u_worn_gloss;
    float alpha = mix(clamp(u_worn_opacity + dot(shine, vec3(0.3)), 0.0, 1.0), 1.0, step(0.999, u_worn_opacity));
    color = film(lit, alpha);
}
