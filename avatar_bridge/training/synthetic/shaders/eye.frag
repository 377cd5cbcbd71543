in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
in vec3 v_extra;
out vec4 color;
uniform vec3 u_eye_centre;     // of the neutral mesh, head space
uniform vec3 u_eye_axis;
uniform float u_iris_size;     // sine of the angle between the axis and the iris's rim
uniform float u_pupil;         // share of the iris
uniform vec3 u_iris_color;
uniform vec3 u_sclera_color;

void main() {
    vec3 local = normalize(v_rest - u_eye_centre);
    vec3 side = normalize(cross(vec3(0.0, 1.0, 0.0), u_eye_axis));
    vec3 up = cross(u_eye_axis, side);
    vec2 plane = vec2(dot(local, side), dot(local, up));
    float radius = length(plane) / u_iris_size;
    radius += step(dot(local, u_eye_axis), 0.0) * 9.0;
    float angle = atan(plane.y, plane.x) / 6.2831853;
    vec3 normal = normalize(v_normal);
    vec3 view = normalize(-v_position);

    vec4 veins = texture(u_noise, plane * 1.1 + 0.37) - 0.5;
    float red = smoothstep(0.30, 0.95, length(plane)) ;
    float vein = smoothstep(0.06, 0.0, abs(veins.g)) * red;
    vec3 sclera = u_sclera_color * mix(vec3(1.0), vec3(0.93, 0.72, 0.66), red * 0.75);
    sclera *= mix(vec3(1.0), vec3(0.95, 0.72, 0.70), vein * 0.4);

    float rays = texture(u_noise, vec2(angle * 6.0, radius * 0.12)).g - 0.5;
    float fibres = texture(u_noise, vec2(angle * 2.0, radius * 0.05)).b - 0.5;
    vec3 iris = u_iris_color * (0.75 + rays * 0.8 + fibres * 0.5);
    iris = mix(iris * vec3(1.25, 1.05, 0.75), iris, smoothstep(u_pupil, u_pupil + 0.3, radius));
    iris *= 1.0 - 0.72 * smoothstep(0.72, 1.0, radius);
    // The lens gathers light on the side that faces away from it.
    vec3 key_side = vec3(dot(u_key_direction, side), dot(u_key_direction, up), 0.0);
    iris *= 1.0 - 0.55 * dot(normalize(key_side.xy + 1e-4), plane / u_iris_size);
    iris = mix(vec3(0.004), iris, smoothstep(u_pupil - 0.05, u_pupil + 0.05, radius));
    vec3 albedo = mix(iris, sclera, smoothstep(0.92, 1.06, radius));

    float shadow = mix(0.35, 1.0, key_visible(v_position, normal));
    vec3 light = u_key_color * wrapped(dot(normal, u_key_direction), vec3(0.5, 0.4, 0.35)) * shadow;
    light += u_fill_color * 0.55 + ambient(normal) * 0.75;
    vec3 lit = albedo * light * mix(0.42, 0.72, v_extra.x);
    float wet = gloss(normal, view, u_key_direction, 900.0) * 0.5 * shadow;
    wet += gloss(normal, view, normalize(u_key_direction + vec3(0.12, 0.06, 0.0)), 1200.0) * 0.3;
    lit += u_key_color * min(wet, 3.0) + u_fill_color * gloss(normal, view, u_fill_direction, 500.0) * 0.2;
    vec3 mirror = reflect(-view, normal);
    lit += u_sky_color * smoothstep(0.1, 0.7, mirror.y) * 0.05;
    color = film(lit, 1.0);
}
