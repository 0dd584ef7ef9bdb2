// Max pooling forward and backward, and the backward pass of the ReLU. Each value is read and written once.
// Maps are laid out channels last. A thread works on eight channels, which are sixteen bytes in half precision.
// This file includes no header, since a machine need not have any. loops.py puts definitions of VALUE, up and
// down before it. The tests compile the same text with a C++ compiler.

struct alignas(8 * sizeof(VALUE)) Values {
    VALUE at[8];
};

struct alignas(8) Marks {
    unsigned char at[8];
};

static const unsigned char NOTHING = 4;  // the mark of a square whose largest value is not positive

// Takes full (height, width, 8 * channels) to pooled, the largest value of each 2x2 square, and to marks, which
// of the square's four places has it (0 to 3, row by row) or NOTHING.
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
                if (value > up(best.at[c]) || value != value) {  // NaN wins, so that the run notices it
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

// Writes the gradient of full before its ReLU. flow is the gradient of the pooled map. If has_own, own (the
// gradient of a loss on full itself) is added where full is positive.
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

// The backward pass of the ReLU, in place: flow becomes flow (plus own, if has_own) where full is positive, and
// 0 elsewhere. count is the number of Values.
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
