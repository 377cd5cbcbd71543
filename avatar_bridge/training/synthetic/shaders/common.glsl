// What every shader shares: the lights, the shadow of the key light, the film's curve.
// Lengths in cm, camera space, colours linear.
uniform vec3 u_key_direction;   // from the face toward the key light
uniform vec3 u_key_color;
uniform vec3 u_fill_direction;
uniform vec3 u_fill_color;
uniform vec3 u_rim_color;
uniform vec3 u_sky_color;
uniform vec3 u_ground_color;
uniform float u_exposure;
uniform mat4 u_to_light;        // camera space to the shadow map's [0, 1] cube
uniform sampler2DShadow u_shadow;
uniform sampler2D u_noise;
uniform float u_shadow_softness;

float key_visible(vec3 position, vec3 normal) {
    vec3 at = (u_to_light * vec4(position + normal * 0.12, 1.0)).xyz;
    float sum = 0.0;
    const vec2 taps[6] = vec2[6](vec2(0.1, 0.2), vec2(-0.8, 0.4), vec2(0.7, 0.7),
                                 vec2(0.5, -0.8), vec2(-0.4, -0.7), vec2(0.95, -0.1));
    for (int i = 0; i < 6; i++) {
        sum += texture(u_shadow, vec3(at.xy + taps[i] * u_shadow_softness, at.z - 0.0035));
    }
    return sum / 6.0;
}

vec3 ambient(vec3 normal) {
    return mix(u_ground_color, u_sky_color, normal.y * 0.5 + 0.5);
}

// Light that enters the skin comes out beside: red travels furthest (wrapped diffuse).
vec3 wrapped(float cosine, vec3 wrap) {
    vec3 lit = clamp((cosine + wrap) / (1.0 + wrap), 0.0, 1.0);
    return lit * lit * (0.45 + 0.55 / (0.25 + lit)) * 0.98;
}

float gloss(vec3 normal, vec3 view, vec3 light, float power) {
    vec3 half_way = normalize(view + light);
    float fresnel = 0.04 + 0.96 * pow(1.0 - max(dot(view, half_way), 0.0), 5.0);
    return fresnel * (power + 8.0) / 25.0 * pow(max(dot(normal, half_way), 0.0), power)
        * step(0.0, dot(normal, light));
}

vec3 matte(vec3 albedo, vec3 normal, vec3 position, float occlusion) {
    float shadow = key_visible(position, normal);
    vec3 light = u_key_color * max(dot(normal, u_key_direction), 0.0) * shadow;
    light += u_fill_color * max(dot(normal, u_fill_direction) * 0.6 + 0.4, 0.0) * occlusion;
    light += ambient(normal) * occlusion;
    vec3 view = normalize(-position);
    light += u_rim_color * pow(1.0 - max(dot(normal, view), 0.0), 3.0) * occlusion;
    return albedo * light;
}

// A raised pattern tilts the normal (Mikkelsen, "Bump mapping unparametrized surfaces", 2010).
vec3 raised(vec3 normal, vec3 position, float height) {
    vec3 across = dFdx(position), down = dFdy(position);
    vec3 r1 = cross(down, normal), r2 = cross(normal, across);
    float area = dot(across, r1);
    vec3 slope = sign(area) * (dFdx(height) * r1 + dFdy(height) * r2);
    return normalize(abs(area) * normal - slope);
}

vec4 film(vec3 color, float alpha) {
    color = 1.0 - exp(-color * u_exposure);
    return vec4(pow(color, vec3(1.0 / 2.2)), alpha);
}
