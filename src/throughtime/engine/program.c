/* What program.h says. */

#include "program.h"

#include "product.h"
#include "team.h"

#include <math.h>

#ifdef REAL_IS_DOUBLE
#define NAME(what) throughtime_program_##what##_f64
#define OF_REAL(function) function
#else
#define NAME(what) throughtime_program_##what##_f32
#define OF_REAL(function) function##f
#endif

#define NAMED(operation) operation,
enum { OPERATIONS(NAMED) };

enum { MOST_PLACES = 64 };

/* e^x, which is infinite above and zero below; half of 2^n and then the other half, since 2^n alone
 * may be no normal number. */
INLINE vec exponential(vec x) {
    const vec most = all(EXP_IS_ZERO);
    const Expm1 e = expm1_parts(choose(x > most, most, choose(x < -most, -most, x)));
    const veci half = e.n >> 1;
    return (e.p + 1) * power_of_two(half) * power_of_two(e.n - half);
}

/* A function of the C library, lane by lane. */
#define LANE_BY_LANE(x, function)                                                                 \
    ({                                                                                            \
        vec each = x;                                                                             \
        for (int lane = 0; lane < LANES; lane++) each[lane] = OF_REAL(function)(each[lane]);      \
        each;                                                                                     \
    })

INLINE vec square_root(vec x) {
#if defined(__AVX512F__) && !defined(REAL_IS_DOUBLE)
    return (vec)_mm512_sqrt_ps((__m512)x);
#else
    return LANE_BY_LANE(x, sqrt);
#endif
}

INLINE vec power(vec x, vec exponent) {
    for (int lane = 0; lane < LANES; lane++) x[lane] = OF_REAL(pow)(x[lane], exponent[lane]);
    return x;
}

INLINE vec one_if(veci mask) { return choose(mask, all(1), all(0)); }

/* The larger number, and NaN if one of them is. */
INLINE vec larger(vec a, vec b) { return choose((a > b) | (a != a), a, b); }

INLINE vec numbers(const real *from, int64_t single, int64_t count) {
    return single ? all(*from) : load_some(from, count);
}

/* The rows that are taken together. */
typedef struct {
    const Program *p;
    int64_t t, count, place; /* of the first */
    int64_t row[MOST_PLACES];
} Rows;

/* Where an operand's numbers are, at the rows' step. */
typedef struct {
    real *numbers;
    int64_t by_row, by_place;
} Found;

INLINE Found operand(const Rows *rows, int64_t index) {
    const Operand *o = rows->p->operands + index;
    const Array *array = rows->p->arrays + o->array;
    return (Found){array->numbers + o->offset + rows->t * array->by_step +
                       rows->place * array->by_place,
                   array->by_row, array->by_place};
}

INLINE real *of_row(const Rows *rows, Found found, int64_t r) {
    return found.numbers + rows->row[r] * found.by_row + r * found.by_place;
}

#define NUMBER_BY_NUMBER(OPERATION, RESULT)                                                       \
    case OPERATION:                                                                               \
        for (int64_t r = 0; r < rows->count; r++) {                                               \
            real *to = of_row(rows, to_, r);                                             \
            const real *of_a = of_row(rows, a_, r), *of_b = of_row(rows, b_, r);                  \
            const real *of_c = of_row(rows, c_, r);                                               \
            if (whole)                                                                            \
                for (int64_t j = 0; j < size; j += LANES) {                                       \
                    const vec a = load(of_a + j), b = load(of_b + j), c = load(of_c + j);         \
                    (void)a, (void)b, (void)c;                                                    \
                    store(to + j, RESULT);                                                        \
                }                                                                                 \
            else                                                                                  \
                for (int64_t j = 0; j < size; j += LANES) {                                       \
                    const vec a = numbers(of_a + (single_a ? 0 : j), single_a, size - j);         \
                    const vec b = numbers(of_b + (single_b ? 0 : j), single_b, size - j);         \
                    const vec c = numbers(of_c + (single_c ? 0 : j), single_c, size - j);         \
                    (void)a, (void)b, (void)c;                                                    \
                    store_some(to + j, RESULT, size - j);                                         \
                }                                                                                 \
        }                                                                                         \
        break;

static void one_instruction(const Rows *rows, const Instruction *i) {
    const Operand *operands = rows->p->operands;
    const int64_t single_a = operands[i->a].single, single_b = operands[i->b].single;
    const int64_t single_c = operands[i->c].single;
    const int64_t size = i->size;
    const int whole = size % LANES == 0 && !single_a && !single_b && !single_c;
    const Found to_ = operand(rows, i->to), a_ = operand(rows, i->a);
    const Found b_ = operand(rows, i->b), c_ = operand(rows, i->c);
    switch (i->operation) {
        NUMBER_BY_NUMBER(COPY, a)
        NUMBER_BY_NUMBER(NEGATIVE, -a)
        NUMBER_BY_NUMBER(MAGNITUDE, choose(a < 0, -a, a + 0))
        NUMBER_BY_NUMBER(RELU, choose(a < 0, all(0), a))
        NUMBER_BY_NUMBER(SIGMOID, sigmoid(a))
        NUMBER_BY_NUMBER(TANH, tanh_(a))
        NUMBER_BY_NUMBER(EXP, exponential(a))
        NUMBER_BY_NUMBER(EXPM1, LANE_BY_LANE(a, expm1))
        NUMBER_BY_NUMBER(LOG, LANE_BY_LANE(a, log))
        NUMBER_BY_NUMBER(LOG1P, LANE_BY_LANE(a, log1p))
        NUMBER_BY_NUMBER(SQRT, square_root(a))
        NUMBER_BY_NUMBER(RSQRT, 1 / square_root(a))
        NUMBER_BY_NUMBER(RECIPROCAL, 1 / a)
        NUMBER_BY_NUMBER(SIN, LANE_BY_LANE(a, sin))
        NUMBER_BY_NUMBER(COS, LANE_BY_LANE(a, cos))
        NUMBER_BY_NUMBER(ERF, LANE_BY_LANE(a, erf))
        NUMBER_BY_NUMBER(SIGNUM, one_if(a > 0) - one_if(a < 0))
        NUMBER_BY_NUMBER(ADD, a + b)
        NUMBER_BY_NUMBER(SUBTRACT, a - b)
        NUMBER_BY_NUMBER(MULTIPLY, a * b)
        NUMBER_BY_NUMBER(DIVIDE, a / b)
        NUMBER_BY_NUMBER(POWER, power(a, b))
        NUMBER_BY_NUMBER(MAXIMUM, larger(a, b))
        NUMBER_BY_NUMBER(MINIMUM, -larger(-a, -b))
        NUMBER_BY_NUMBER(GREATER, one_if(a > b))
        NUMBER_BY_NUMBER(GREATER_EQUAL, one_if(a >= b))
        NUMBER_BY_NUMBER(LESS, one_if(a < b))
        NUMBER_BY_NUMBER(LESS_EQUAL, one_if(a <= b))
        NUMBER_BY_NUMBER(EQUAL, one_if(a == b))
        NUMBER_BY_NUMBER(UNEQUAL, one_if(a != b))
        NUMBER_BY_NUMBER(WHERE, choose(a != 0, b, c))
        case SUM:
            for (int64_t r = 0; r < rows->count; r++) {
                const real *a = of_row(rows, a_, r);
                vec sums = {0};
                for (int64_t j = 0; j < size; j += LANES) sums += load_some(a + j, size - j);
                real sum = 0;
                for (int lane = 0; lane < LANES; lane++) sum += sums[lane];
                *of_row(rows, to_, r) = sum;
            }
            break;
        case LARGEST:
            for (int64_t r = 0; r < rows->count; r++) {
                const real *a = of_row(rows, a_, r);
                real most = a[0];
                for (int64_t j = 1; j < size; j++)
                    if (a[j] > most || a[j] != a[j]) most = a[j];
                *of_row(rows, to_, r) = most;
            }
            break;
    }
}

static void product(const Share *share, const Program *p, const Instruction *i, int64_t t,
                    int64_t count) {
    const Matrix *matrix = p->matrices + i->b;
    const Panels panels = {matrix->depth, 1, matrix->columns};
    for (int64_t unit = 0; unit < matrix->columns; unit += panel_units(&panels)) {
        const int64_t vectors = panel_vectors(&panels, unit, matrix->columns);
        for (int64_t first = 0, some; first < count; first += some) {
            some = next_rows(count - first, vectors);
            Rows rows = {.p = p, .t = t, .count = some};
            const real *a[MOST_ROWS];
            vec tile[MOST_ROWS * MOST_VECTORS];
            for (int64_t r = 0; r < some; r++) {
                rows.row[r] = row_of(share, first + r);
                a[r] = of_row(&rows, operand(&rows, i->a), r);
            }
            for (int64_t r = 0; r < some * vectors; r++) tile[r] = (vec){0};
            multiply_rows[some - 1][vectors - 1](tile, a, matrix->packed + panel_at(&panels, unit),
                                                 matrix->depth);
            for (int64_t r = 0; r < some; r++) {
                real *to = of_row(&rows, operand(&rows, i->to), r) + unit;
                for (int64_t v = 0; v < vectors; v++)
                    store_some(to + v * LANES, tile[r * vectors + v],
                               matrix->columns - unit - v * LANES);
            }
        }
    }
}

/* The instructions from `i` to before `end`, none of them a product, for the share's rows from
 * `first` to before `last`. */
static void stretch(const Share *share, const Program *p, const Instruction *i,
                    const Instruction *end, int64_t t, int64_t first, int64_t last) {
    Rows rows = {.p = p, .t = t, .place = share->id * p->places};
    for (; first < last; first += rows.count) {
        rows.count = smaller(p->places, last - first);
        for (int64_t r = 0; r < rows.count; r++) rows.row[r] = row_of(share, first + r);
        for (const Instruction *one = i; one < end; one++) one_instruction(&rows, one);
    }
}

static void steps(const Share *share, const Program *p) {
    const Instruction *end = p->alive + p->alive_count;
    for (int64_t n = 0; n < p->last - p->first; n++) {
        const int64_t t = p->backwards ? p->last - 1 - n : p->first + n;
        const int64_t rows = alive(share, t, share->rows);
        for (const Instruction *i = p->alive; rows && i < end; i++) {
            const Instruction *from = i;
            while (i < end && i->operation != PRODUCT) i++;
            stretch(share, p, from, i, t, 0, rows);
            if (i < end) product(share, p, i, t, rows);
        }
        stretch(share, p, p->ended, p->ended + p->ended_count, t, rows, share->rows);
    }
}

typedef struct {
    const Program *p;
    Sweep rows; /* who has which rows is the business of the sweeps */
    int64_t next;
} Job;

static void work(void *argument) {
    Job *job = argument;
    const int64_t id = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
    const Share share =
        share_of(&job->rows, 1, id, job->p->threads > 1 ? job->p->team() : 1, 0);
    steps(&share, job->p);
}

int64_t NAME(pack)(Program *p) {
    for (int64_t m = 0; m < p->matrix_count; m++) {
        const Matrix *matrix = p->matrices + m;
        const Panels panels = {matrix->depth, 1, matrix->columns};
        pack(matrix->packed, &panels, 0, matrix->columns, matrix->numbers, matrix->by_depth,
             matrix->by_column, 0, 1);
    }
    return 0;
}

int64_t NAME(run)(Program *p) {
    Job job = {.p = p,
               .rows = {.steps = p->last, .rows = p->rows, .lengths = p->lengths,
                        .order = p->order}};
    if (p->threads > 1)
        p->parallel(work, &job, (unsigned)p->threads, 0);
    else
        work(&job);
    return 0;
}
