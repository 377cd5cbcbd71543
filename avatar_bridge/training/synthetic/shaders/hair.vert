in vec3 in_position;
in vec3 in_normal;
in vec3 in_rest;
in vec2 in_uv;
in vec3 in_extra;
out vec3 v_position;
out vec3 v_normal;
out vec3 v_flow;
out vec3 v_strand;    // around the crown, away from it, cm; hair amount
out float v_layer;
uniform float u_layers;
uniform float u_hair_length;
uniform float u_hair_side;    // length at the sides, share of that on top
uniform vec3 u_crown;
uniform float u_sweep;
uniform float u_wave;
uniform sampler2D u_noise_v;

void main() {
    v_layer = (float(gl_InstanceID) + 0.5) / u_layers;
    vec3 away = in_rest - u_crown;
    float turn = atan(away.x, away.z) / 6.2831853;
    float reach = length(away);
    v_strand = vec3(turn, reach, in_extra.y);
    float tuft = textureLod(u_noise_v, vec2(turn * 2.0, reach * 0.015), 0.0).r;
    float size = u_hair_length * mix(u_hair_side, 1.0, smoothstep(5.0, 11.0, in_rest.y));
    size *= smoothstep(0.0, 1.6, in_extra.y) * (0.65 + 0.7 * tuft);
    vec3 flow = normalize(away + vec3(u_sweep * 6.0, 0.0, 0.0) - in_normal * dot(away, in_normal));
    float bend = v_layer * v_layer * size;
    vec3 at = in_position + in_normal * size * v_layer + flow * bend * 0.8;
    v_position = placed(at, 1.0);
    v_flow = mat3(u_head) * flow;
    v_normal = normalize(mat3(u_head) * normalize(in_normal + flow * 0.25 * v_layer));
    gl_Position = u_projection * vec4(v_position, 1.0);
}
