/* libxsmm's recurrent cells for libxsmm_cell.py: the library's own example programs, in short. */

#include <libxsmm.h>
#include <stdlib.h>
#include <string.h>

enum { TENSORS = 32 };

typedef struct {
    libxsmm_dnn_rnncell *handle;
    float *data[TENSORS]; /* by type of tensor, counted from RNN_REGULAR_INPUT */
    libxsmm_dnn_tensor *tensors[TENSORS];
    void *scratch, *inner;
    int threads, gates, K, bk;
} cell;

static void *zeros(size_t bytes) {
    void *memory = libxsmm_aligned_malloc(bytes, 2097152);
    return memory ? memset(memory, 0, bytes) : NULL;
}

/* A cell of T steps, N rows, C inputs and K outputs in blocks of bn, bc and bk; NULL if refused. */
cell *cell_new(int lstm, int threads, int T, int N, int C, int K, int bn, int bc, int bk) {
    static const int types[] = {
        LIBXSMM_DNN_RNN_REGULAR_INPUT, LIBXSMM_DNN_RNN_REGULAR_HIDDEN_STATE_PREV,
        LIBXSMM_DNN_RNN_REGULAR_WEIGHT, LIBXSMM_DNN_RNN_REGULAR_RECUR_WEIGHT,
        LIBXSMM_DNN_RNN_REGULAR_WEIGHT_TRANS, LIBXSMM_DNN_RNN_REGULAR_RECUR_WEIGHT_TRANS,
        LIBXSMM_DNN_RNN_REGULAR_BIAS, LIBXSMM_DNN_RNN_REGULAR_HIDDEN_STATE,
        LIBXSMM_DNN_RNN_GRADIENT_INPUT, LIBXSMM_DNN_RNN_GRADIENT_HIDDEN_STATE_PREV,
        LIBXSMM_DNN_RNN_GRADIENT_WEIGHT, LIBXSMM_DNN_RNN_GRADIENT_RECUR_WEIGHT,
        LIBXSMM_DNN_RNN_GRADIENT_BIAS, LIBXSMM_DNN_RNN_GRADIENT_HIDDEN_STATE,
        /* of the LSTM only */
        LIBXSMM_DNN_RNN_REGULAR_CS_PREV, LIBXSMM_DNN_RNN_REGULAR_CS,
        LIBXSMM_DNN_RNN_GRADIENT_CS_PREV, LIBXSMM_DNN_RNN_GRADIENT_CS,
        LIBXSMM_DNN_RNN_INTERNAL_I, LIBXSMM_DNN_RNN_INTERNAL_F, LIBXSMM_DNN_RNN_INTERNAL_O,
        LIBXSMM_DNN_RNN_INTERNAL_CI, LIBXSMM_DNN_RNN_INTERNAL_CO};
    int count = lstm ? sizeof types / sizeof *types : 14;
    libxsmm_dnn_err_t status;
    libxsmm_dnn_rnncell_desc desc = {0};
    desc.threads = threads;
    desc.max_T = T, desc.N = N, desc.C = C, desc.K = K;
    desc.bn = bn, desc.bc = bc, desc.bk = bk;
    desc.cell_type = lstm ? LIBXSMM_DNN_RNNCELL_LSTM : LIBXSMM_DNN_RNNCELL_RNN_TANH;
    desc.datatype_in = desc.datatype_out = LIBXSMM_DNN_DATATYPE_F32;
    desc.buffer_format = LIBXSMM_DNN_TENSOR_FORMAT_NC;
    desc.filter_format = LIBXSMM_DNN_TENSOR_FORMAT_CKPACKED;
    cell *made = calloc(1, sizeof *made);
    made->threads = threads, made->gates = lstm ? 4 : 1, made->K = K, made->bk = bk;
    made->handle = libxsmm_dnn_create_rnncell(desc, &status);
    if (status != LIBXSMM_DNN_SUCCESS) return NULL;
    if (lstm) libxsmm_dnn_rnncell_allocate_forget_bias(made->handle, 0.0f);
    for (int i = 0; i < count; i++) {
        libxsmm_dnn_tensor_datalayout *layout =
            libxsmm_dnn_rnncell_create_tensor_datalayout(made->handle, types[i], &status);
        if (status != LIBXSMM_DNN_SUCCESS) return NULL;
        float *data = zeros(libxsmm_dnn_get_tensor_size(layout, &status));
        libxsmm_dnn_tensor *tensor = libxsmm_dnn_link_tensor(layout, data, &status);
        libxsmm_dnn_destroy_tensor_datalayout(layout);
        if (libxsmm_dnn_rnncell_bind_tensor(made->handle, tensor, types[i])) return NULL;
        made->data[types[i] - LIBXSMM_DNN_RNN_REGULAR_INPUT] = data;
        made->tensors[types[i] - LIBXSMM_DNN_RNN_REGULAR_INPUT] = tensor;
    }
    const libxsmm_dnn_compute_kind all = LIBXSMM_DNN_COMPUTE_KIND_ALL;
    size_t size = libxsmm_dnn_rnncell_get_scratch_size(made->handle, all, &status);
    libxsmm_dnn_rnncell_bind_scratch(made->handle, all, made->scratch = zeros(size));
    size = libxsmm_dnn_rnncell_get_internalstate_size(made->handle, all, &status);
    if (size) libxsmm_dnn_rnncell_bind_internalstate(made->handle, all, made->inner = zeros(size));
    return made;
}

void cell_free(cell *c) {
    libxsmm_dnn_destroy_rnncell(c->handle);
    for (int i = 0; i < TENSORS; i++) {
        if (c->tensors[i]) libxsmm_dnn_destroy_tensor(c->tensors[i]);
        libxsmm_free(c->data[i]);
    }
    libxsmm_free(c->scratch);
    libxsmm_free(c->inner);
    free(c);
}

/* Where a tensor lies: x, h, w, r, b, the gradients of w, r, b, and what arrives at h. */
float *cell_data(cell *c, int which) {
    static const int types[] = {
        LIBXSMM_DNN_RNN_REGULAR_INPUT, LIBXSMM_DNN_RNN_REGULAR_HIDDEN_STATE,
        LIBXSMM_DNN_RNN_REGULAR_WEIGHT, LIBXSMM_DNN_RNN_REGULAR_RECUR_WEIGHT,
        LIBXSMM_DNN_RNN_REGULAR_BIAS, LIBXSMM_DNN_RNN_GRADIENT_WEIGHT,
        LIBXSMM_DNN_RNN_GRADIENT_RECUR_WEIGHT, LIBXSMM_DNN_RNN_GRADIENT_BIAS,
        LIBXSMM_DNN_RNN_GRADIENT_HIDDEN_STATE};
    return c->data[types[which] - LIBXSMM_DNN_RNN_REGULAR_INPUT];
}

/* The transposed R that the reverse sweep reads, of the R that the last update has left. */
static void transpose(cell *c) {
    const float *r = cell_data(c, 3);
    float *rt = c->data[LIBXSMM_DNN_RNN_REGULAR_RECUR_WEIGHT_TRANS - LIBXSMM_DNN_RNN_REGULAR_INPUT];
    int bk = c->bk, blocks = c->K / bk, pairs = blocks * blocks;
#pragma omp parallel for num_threads(c->threads)
    for (int at = 0; at < c->gates * pairs; at++) {
        int gate = at / pairs, i = at % pairs / blocks, j = at % blocks;
        const float *from = r + (size_t)at * bk * bk;
        float *to = rt + ((size_t)gate * pairs + j * blocks + i) * bk * bk;
        for (int m = 0; m < bk; m++)
            for (int n = 0; n < bk; n++) to[m * bk + n] = from[n * bk + m];
    }
}

static void execute(cell *c, libxsmm_dnn_compute_kind kind) {
#pragma omp parallel num_threads(c->threads)
    {
#ifdef _OPENMP
        extern int omp_get_thread_num(void);
        int id = omp_get_thread_num();
#else
        int id = 0;
#endif
        libxsmm_dnn_rnncell_execute_st(c->handle, kind, 0, id);
    }
}

/* h, and with `learning` the gradients of w, r and b; x's is not wanted. */
void cell_step(cell *c, int learning) {
    execute(c, LIBXSMM_DNN_COMPUTE_KIND_FWD);
    if (!learning) return;
    transpose(c);
    execute(c, LIBXSMM_DNN_COMPUTE_KIND_UPD);
}
