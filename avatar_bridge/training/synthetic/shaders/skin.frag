in vec3 v_position;
in vec3 v_normal;
in vec3 v_rest;
in vec2 v_uv;
in vec3 v_extra;
out vec4 color;
uniform sampler2D u_tint;
uniform sampler2D u_folds;
uniform sampler2D u_zones;
uniform sampler2DArray u_brows;
uniform vec4 u_brow_box;
uniform float u_brow_style;
uniform vec3 u_brow_color;
uniform float u_brow_density;
uniform float u_brow_lift;
uniform vec3 u_skin;
uniform vec3 u_blush;
uniform float u_blush_amount;
uniform vec3 u_lip_color;
uniform float u_lip_amount;
uniform float u_lip_gloss;
uniform float u_stubble;
uniform float u_freckles;
uniform float u_oil;
uniform float u_mottle;
uniform float u_liner;
uniform vec3 u_shadow_makeup;
uniform float u_shadow_amount;
uniform float u_under_eye;
uniform vec3 u_hair_color;
uniform float u_hair_line;
uniform vec3 u_cloth_color;
uniform float u_cloth_pattern;
uniform vec4 u_fold_right;   // forehead, frown, crow's feet, smile and nose
uniform vec4 u_fold_left;

vec3 cloth(vec3 normal) {
    float edge = -12.8 - 0.67 * v_rest.z - v_rest.y;
    float knit = texture(u_noise, v_rest.xy * 0.45).b * 0.3 + texture(u_noise, v_rest.xy * 0.1).g * 0.3;
    float trim = smoothstep(1.15, 1.1, edge) * (0.6 + 0.4 * sin(v_rest.x * 24.0));
    float stripes = mix(1.0, 0.55 + 0.6 * step(0.5, fract(v_rest.y * 0.4)), u_cloth_pattern);
    return u_cloth_color * (0.72 + knit) * stripes * (1.0 - 0.22 * trim);
}

void main() {
    vec3 normal = normalize(v_normal);
    vec3 view = normalize(-v_position);
    float open_sky = v_extra.x;
    if (v_rest.y + 0.67 * v_rest.z < -12.8) {
        color = film(matte(cloth(normal), normal, v_position, open_sky), 1.0);
        return;
    }
    bool face = v_uv.x < 1.0;
    vec2 uv = v_uv;
    vec4 tint = face ? texture(u_tint, uv) : vec4(0.0);
    vec4 zones = face ? texture(u_zones, uv) : vec4(0.0);
    vec4 folds = face ? texture(u_folds, uv) : vec4(0.0);
    vec4 coarse = texture(u_noise, uv * 2.0) - 0.5;
    vec4 fine = texture(u_noise, uv * 7.0) - 0.5;

    // Folds follow the expression, each side its own.
    vec4 fold_strength = mix(u_fold_right, u_fold_left, smoothstep(0.47, 0.53, uv.x));
    float fold = dot(folds, fold_strength);

    vec2 in_box = (uv - u_brow_box.xy - vec2(0.0, u_brow_lift)) / (u_brow_box.zw - u_brow_box.xy);
    vec2 brow = vec2(0.0);
    if (face && all(greaterThan(in_box, vec2(0.0))) && all(lessThan(in_box, vec2(1.0)))) {
        brow = texture(u_brows, vec3(in_box, u_brow_style)).rg * u_brow_density;
    }
    float lips = tint.r;
    float lines = texture(u_noise, vec2(uv.x * 14.0, uv.y * 2.2)).g - 0.5;

    float height = fine.b * 0.010 + fine.a * 0.005 + coarse.g * 0.012;
    height *= 1.0 - 0.6 * lips;
    height += lips * lines * 0.035 + lips * 0.03;
    height += brow.x * 0.05 + brow.y * 0.05 - fold * 0.10;
    normal = raised(normal, v_position, height);

    vec3 skin = u_skin * (1.0 + u_mottle * (coarse.r * 0.30 + coarse.g * 0.25 + fine.b * 0.12));
    skin = mix(skin, skin * u_blush, clamp(tint.g * u_blush_amount + coarse.r * 0.1, 0.0, 1.0));
    skin = mix(skin, skin * vec3(0.55, 0.40, 0.42), zones.r * u_under_eye);
    skin = mix(skin, u_shadow_makeup, zones.g * u_shadow_amount);
    skin = mix(skin, skin * vec3(0.62, 0.42, 0.30), zones.b * u_freckles);
    skin *= 1.0 - 0.30 * fold * vec3(0.8, 1.0, 1.05);
    float bristle = smoothstep(-0.15, 0.35, fine.a + fine.b * 0.6);
    skin = mix(skin, u_hair_color * 0.7 + skin * 0.15, tint.a * u_stubble * (0.35 + 0.65 * bristle));
    vec3 lip_tone = u_lip_color * (1.0 + lines * 0.35 + coarse.g * 0.2);
    skin = mix(skin, lip_tone, lips * u_lip_amount);
    skin = mix(skin, skin * vec3(0.20, 0.14, 0.14), tint.b * u_liner);
    // Roots show through where hair begins.
    skin *= 1.0 - 0.22 * smoothstep(-0.9, 0.1, v_extra.y) * step(u_hair_line, 50.0);
    float scalp = smoothstep(u_hair_line - 0.25, u_hair_line + 0.5, v_extra.y + coarse.g * 0.3);
    skin = mix(skin, u_hair_color * 0.8, scalp * 0.85);
    skin = mix(skin, mix(skin, u_brow_color, 0.55), brow.y * 0.75);
    skin = mix(skin, u_brow_color * (0.8 + fine.a * 0.6), clamp(brow.x * 1.1, 0.0, 1.0));

    float shadow = key_visible(v_position, normalize(v_normal));
    vec3 bleed = vec3(pow(shadow, 0.75), shadow, pow(shadow, 1.1));
    vec3 wrap = vec3(0.34, 0.16, 0.10) * (1.0 - brow.x);
    vec3 light = u_key_color * wrapped(dot(normal, u_key_direction), wrap) * bleed;
    light += u_fill_color * wrapped(dot(normal, u_fill_direction), wrap + 0.3) * open_sky;
    vec3 sky = vec3(pow(open_sky, 0.8), open_sky, pow(open_sky, 1.1));
    light += ambient(normal) * sky;
    light += u_rim_color * pow(1.0 - max(dot(normal, view), 0.0), 3.0) * sky;
    vec3 lit = skin * light;

    float shine = (0.35 + u_oil * (zones.a + 0.25)) * (1.0 - brow.x) * (1.0 + fine.b * 1.2);
    shine = mix(shine, 0.6 + u_lip_gloss * 2.0, lips);
    float power = mix(16.0, 46.0, lips);
    vec3 glint = u_key_color * gloss(normal, view, u_key_direction, power) * shadow;
    glint += u_fill_color * gloss(normal, view, u_fill_direction, power * 0.6) * open_sky;
    float grazing = pow(1.0 - max(dot(normal, view), 0.0), 4.0);
    lit += glint * shine + u_sky_color * grazing * 0.12 * open_sky * (1.0 - scalp);
    color = film(lit, 1.0);
}
