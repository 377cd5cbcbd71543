// An avatar's primitive: world to clip space. Lengths in metres.
uniform mat4 u_view;
uniform mat4 u_projection;
in vec3 in_position;
in vec3 in_normal;
in vec2 in_uv;
out vec3 position;
out vec3 normal;
out vec2 uv;

void main() {
    vec4 seen = u_view * vec4(in_position, 1.0);
    position = seen.xyz;
    normal = mat3(u_view) * in_normal;
    uv = in_uv;
    gl_Position = u_projection * seen;
}
