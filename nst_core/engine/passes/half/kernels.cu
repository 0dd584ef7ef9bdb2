// Pooling there and back, and the ReLU's way back: each value is read once and written once.
// Maps are laid out channels last; a thread works on eight channels, which are sixteen bytes in half precision.
// The same text is compiled by a C++ compiler in the tests: hence no header, and VALUE, up and down by macro.

struct alignas(8 * sizeof(VALUE)) Values {
    VALUE at[8];
};

struct alignas(8) Marks {
    unsigned char at[8];
};

static const unsigned char NOTHING = 4;  // the mark of a square whose largest value is not positive

// The largest of each square of full (height, width, 8 * channels), and which of its four places that was.
extern "C" __global__ void pool(const Values *full, Values *pooled, Marks *marks, int height, int width,
                                int channels) {
    const long long across = (width + 1) / 2, squares = across * ((height + 1) / 2);
    const long long count = squares * channels;
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long n = (long long)blockIdx.x * blockDim.x + threadIdx.x; n < count; n += step) {
        const long long square = n / channels, channel = n % channels;
        const int top = 2 * (int)(square / across), left = 2 * (int)(square % across);
        Values best = full[((long long)top * width + left) * channels + channel];
        Marks mark;
        for (int c = 0; c < 8; c++) mark.at[c] = 0;
        for (int place = 1; place < 4; place++) {
            const int y = top + place / 2, x = left + place % 2;
            if (y >= height || x >= width) continue;
            const Values next = full[((long long)y * width + x) * channels + channel];
            for (int c = 0; c < 8; c++) {
                const float value = up(next.at[c]);
                if (value > up(best.at[c]) || value != value) {  // what is not a number has to be seen
                    best.at[c] = next.at[c];
                    mark.at[c] = (unsigned char)place;
                }
            }
        }
        for (int c = 0; c < 8; c++)
            if (!(up(best.at[c]) > 0.0f)) mark.at[c] = NOTHING;
        pooled[n] = best;
        marks[n] = mark;
    }
}

// The gradient of full below its ReLU, from that of the pooled map and, if has_own, from full's own.
extern "C" __global__ void unpool(const Values *flow, const Marks *marks, const Values *own, const Values *full,
                                  Values *gradient, int height, int width, int channels, int has_own) {
    const long long across = (width + 1) / 2, squares = across * ((height + 1) / 2);
    const long long count = squares * channels;
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long n = (long long)blockIdx.x * blockDim.x + threadIdx.x; n < count; n += step) {
        const long long square = n / channels, channel = n % channels;
        const int top = 2 * (int)(square / across), left = 2 * (int)(square % across);
        const Values arriving = flow[n];
        const Marks mark = marks[n];
        for (int place = 0; place < 4; place++) {
            const int y = top + place / 2, x = left + place % 2;
            if (y >= height || x >= width) continue;
            const long long here = ((long long)y * width + x) * channels + channel;
            Values result;
            for (int c = 0; c < 8; c++) result.at[c] = mark.at[c] == place ? arriving.at[c] : down(0.0f);
            if (has_own) {
                const Values more = own[here], value = full[here];
                for (int c = 0; c < 8; c++)
                    if (up(value.at[c]) > 0.0f) result.at[c] = down(up(result.at[c]) + up(more.at[c]));
            }
            gradient[here] = result;
        }
    }
}

// flow where full is positive, and 0 elsewhere; with own added, if has_own. In place: the gradient is flow.
extern "C" __global__ void mask(Values *flow, const Values *own, const Values *full, int count, int has_own) {
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long n = (long long)blockIdx.x * blockDim.x + threadIdx.x; n < count; n += step) {
        Values result = flow[n];
        const Values value = full[n];
        if (has_own) {
            const Values more = own[n];
            for (int c = 0; c < 8; c++) result.at[c] = down(up(result.at[c]) + up(more.at[c]));
        }
        for (int c = 0; c < 8; c++)
            if (!(up(value.at[c]) > 0.0f)) result.at[c] = down(0.0f);
        flow[n] = result;
    }
}
