in vec2 v_uv;
out vec4 color;
uniform sampler2D u_backdrop;

void main() {
    color = vec4(texture(u_backdrop, v_uv).rgb, 1.0);
}
