#!/usr/bin/env bash
# Renders the project's own short films and their posters into this folder.
#
# Each film is an abstract picture with its title and a running clock (mm:ss.mmm) burned in,
# and a sound that follows the same clock: a click each second, a higher one each tenth,
# over a chord that changes every four seconds. Whoever watches together can see and hear
# at once whether two screens are in step.
#
# Needs ffmpeg with libx264 and the DejaVu fonts. Usage: cinema/films/render.sh [slug ...]
set -euo pipefail
cd "$(dirname "$0")"

readonly FONT=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
readonly FONT_CLOCK=/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf
readonly SIZE=640x360 FPS=24
readonly FILM_BYTES_MAX=1400000 ALL_BYTES_MAX=8000000

# Chords over four seconds each, from the root frequency given in Hz.
sound() {
    local root=$1
    local step="(floor(mod(t\,16)/4))"
    local base="${root}*(1+0.122462*eq(${step}\,1)+0.334840*eq(${step}\,2)-0.108899*eq(${step}\,3))"
    local swell="(0.55+0.45*sin(PI*mod(t\,4)/4))"
    local chord="sin(2*PI*${base}*t)+0.7*sin(3*PI*${base}*t)+0.5*sin(2.5*2*PI*${base}*t)"
    local click="0.5*exp(-28*mod(t\,1))*sin(2*PI*if(lt(mod(t\,10)\,1)\,1760\,880)*t)"
    echo "aevalsrc=exprs='0.10*${swell}*(${chord})+${click}':sample_rate=44100"
}

# Title at the start, clock for the whole length.
captions() {
    local title=$1
    echo "drawtext=fontfile=${FONT}:text='${title}':fontsize=34:fontcolor=white@0.92:shadowx=2:shadowy=2:shadowcolor=black@0.6:x=(w-tw)/2:y=(h-th)/2:alpha='if(lt(t,1),t,if(lt(t,4),1,max(0,5-t)))',drawtext=fontfile=${FONT_CLOCK}:text='%{eif\\:floor(t/60)\\:d\\:2}\\:%{eif\\:mod(floor(t),60)\\:d\\:2}.%{eif\\:mod(round(t*1000),1000)\\:d\\:3}':fontsize=22:fontcolor=white:box=1:boxcolor=black@0.55:boxborderw=7:x=w-tw-18:y=h-th-18"
}

# Pictures, one function a film: prints a lavfi graph of $1 seconds.
aurora() {
    echo "gradients=s=${SIZE}:r=${FPS}:d=$1:n=7:seed=11:speed=0.012:c0=0x04121f:c1=0x0b5d6b:c2=0x35e0a1:c3=0x0e4a6e:c4=0x8e3ba8:c5=0x2a1a5e:c6=0x1f9d8f"
}
seahorse() {
    echo "mandelbrot=s=1280x720:r=${FPS}:start_x=-0.743643887037151:start_y=0.131825904205330:start_scale=2.2:end_scale=0.0021:end_pts=$(($1 * FPS)):maxiter=420:inner=black:outer=normalized_iteration_count,trim=duration=$1,format=gray,gblur=sigma=2.2,scale=${SIZE}:flags=area,format=yuv444p,pseudocolor=preset=magma"
}
life() {
    echo "life=s=80x45:r=6:mold=9:random_seed=20:ratio=0.28:life_color=0xfff3c4:death_color=0x7b1e3a:mold_color=0x120c1c,trim=duration=$1,scale=${SIZE}:flags=neighbor,fps=${FPS}"
}
interference() {
    echo "nullsrc=s=160x90:r=${FPS}:d=$1,format=yuv444p,geq=lum='112+46*sin(hypot(X-80-46*cos(T*0.41)\,Y-45-24*sin(T*0.53))/5.5-T*2)+46*sin(hypot(X-80+46*cos(T*0.37)\,Y-45+24*sin(T*0.61))/6.5-T*2.2)':cb='128+34*sin((X+T*14)/48+T*0.21)':cr='128+34*cos((Y-T*9)/34+T*0.17)',scale=${SIZE}:flags=bicubic"
}

encoding=(-map 0:v -map 1:a -c:v libx264 -preset veryslow -profile:v high -pix_fmt yuv420p
    -g "$((FPS * 2))" -keyint_min "$((FPS * 2))" -sc_threshold 0
    -c:a aac -b:a 48k -ac 1 -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact)

inputs() { # slug title seconds root
    printf '%s\n' -f lavfi -i "$("$1" "$3"),$(captions "$2"),format=yuv420p" -f lavfi -i "$(sound "$4")" -t "$3"
}

film() { # slug title seconds root crf
    local arguments
    mapfile -t arguments < <(inputs "$1" "$2" "$3" "$4")
    ffmpeg -nostdin -v error -y "${arguments[@]}" "${encoding[@]}" -crf "$5" \
        -maxrate 210k -bufsize 420k -movflags +faststart "$1.mp4"
    poster "$1" "$1.mp4"
}

playlist() { # as film, but HLS with fragmented MP4
    local arguments
    mapfile -t arguments < <(inputs "$1" "$2" "$3" "$4")
    rm -rf "$1" && mkdir "$1"
    ffmpeg -nostdin -v error -y "${arguments[@]}" "${encoding[@]}" -crf "$5" \
        -maxrate 210k -bufsize 420k -f hls -hls_time 6 -hls_playlist_type vod -hls_segment_type fmp4 \
        -hls_flags independent_segments -hls_segment_filename "$1/%02d.m4s" "$1/film.m3u8"
    cat "$1"/init.mp4 "$1"/*.m4s >"$1/whole.mp4"
    poster "$1" "$1/whole.mp4"
    rm "$1/whole.mp4"
}

poster() { # slug media: a frame after the title has gone
    ffmpeg -nostdin -v error -y -ss 33 -i "$2" -frames:v 1 -vf "crop=iw:ih*0.86:0:0,scale=640:-2" \
        -map_metadata -1 -fflags +bitexact -flags:v +bitexact -q:v 5 "$1.jpg"
}

render() {
    case $1 in
    aurora) film aurora 'Aurora over Nothing' 90 110 28 ;;
    seahorse) film seahorse 'Down Seahorse Valley' 60 98 32 ;;
    life) film life 'A Short History of Life' 60 131 28 ;;
    interference) playlist interference 'Two Stones in a Pond' 60 87 31 ;;
    *) echo "no film named $1" >&2 && return 1 ;;
    esac
}

(($#)) || set -- aurora seahorse life interference
for slug; do render "$slug"; done

while read -r bytes path; do
    ((bytes <= FILM_BYTES_MAX)) || { echo "$path has $bytes bytes, more than $FILM_BYTES_MAX" >&2; exit 1; }
done < <(find . -type f -printf '%s %p\n')
all=$(find . -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
((all <= ALL_BYTES_MAX)) || { echo "the films have $all bytes, more than $ALL_BYTES_MAX" >&2; exit 1; }
