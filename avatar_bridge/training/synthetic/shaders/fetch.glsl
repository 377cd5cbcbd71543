// What skin_buffer.frag wrote at this pixel, under the names of a surface's inputs.
uniform sampler2D u_rest_sky;
uniform sampler2D u_uv_hair;
uniform sampler2D u_normal_depth;
uniform mat4 u_projection;
vec3 v_position;
vec3 v_normal;
vec3 v_rest;
vec2 v_uv;
vec3 v_extra;

void fetch() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 uv_hair = texelFetch(u_uv_hair, at, 0);
    if (uv_hair.w == 0.0) discard;
    vec4 rest_sky = texelFetch(u_rest_sky, at, 0);
    vec4 normal_depth = texelFetch(u_normal_depth, at, 0);
    vec2 screen = 2.0 * gl_FragCoord.xy / vec2(textureSize(u_uv_hair, 0)) - 1.0;
    float z = normal_depth.w;
    v_position = vec3(-z * screen / u_projection[0][0], z);
    v_normal = normal_depth.xyz;
    v_rest = rest_sky.xyz;
    v_uv = uv_hair.xy;
    v_extra = vec3(rest_sky.w, uv_hair.z, 0.0);
}
