// Head space to camera space. The neck bends: its foot stays with the body.
uniform mat4 u_head;
uniform mat4 u_body;
uniform mat4 u_projection;

float head_share(vec3 rest) {
    return smoothstep(-13.0, -6.0, rest.y + 0.35 * rest.z);
}

vec3 placed(vec3 position, float share) {
    return mix((u_body * vec4(position, 1.0)).xyz, (u_head * vec4(position, 1.0)).xyz, share);
}

vec3 turned(vec3 direction, float share) {
    return normalize(mix(mat3(u_body) * direction, mat3(u_head) * direction, share));
}
