/* What program.h says. */

#include "program.h"

#include "functions.h"
#include "product.h"
#include "team.h"

#ifdef REAL_IS_DOUBLE
#define NAME(what) throughtime_program_##what##_f64
#else
#define NAME(what) throughtime_program_##what##_f32
#endif

#define NAMED(operation) operation,
enum { OPERATIONS(NAMED) };

enum { MOST_PLACES = 64 };

INLINE vec one_if(veci mask) { return choose(mask, all(1), all(0)); }

/* The larger number, and NaN if one of them is. */
INLINE vec larger(vec a, vec b) { return choose((a > b) | (a != a), a, b); }

INLINE real sum_of_lanes(vec x) {
    real halves[LANES];
    store(halves, x);
    for (int64_t lanes = LANES / 2; lanes; lanes /= 2)
        for (int64_t lane = 0; lane < lanes; lane++) halves[lane] += halves[lane + lanes];
    return halves[0];
}

/* Some numbers of an operand, from the j-th on; a single number is all of them. */
INLINE vec numbers(const real *from, int64_t single, int64_t j, int64_t count) {
    return single ? all(*from) : load_some(from + j, count);
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

/* Where vectors of an operand are read, one after the other: a single number's is `spread`, again
 * and again. */
#define FROM(operand) (single_##operand ? (const real *)&spread_##operand : of_##operand)

#define NUMBER_BY_NUMBER(OPERATION, RESULT)                                                       \
    case OPERATION:                                                                               \
        for (int64_t r = 0; r < rows->count; r++) {                                               \
            real *to = of_row(rows, to_, r);                                                      \
            const real *of_a = of_row(rows, a_, r), *of_b = of_row(rows, b_, r);                  \
            const real *of_c = of_row(rows, c_, r);                                               \
            const vec spread_a = all(*of_a), spread_b = all(*of_b), spread_c = all(*of_c);        \
            const real *from_a = FROM(a), *from_b = FROM(b), *from_c = FROM(c);                   \
            int64_t j = 0;                                                                        \
            for (; j + LANES <= size; j += LANES) {                                               \
                const vec a = load(from_a), b = load(from_b), c = load(from_c);                   \
                (void)a, (void)b, (void)c;                                                        \
                store(to + j, RESULT);                                                            \
                from_a += by_a, from_b += by_b, from_c += by_c;                                   \
            }                                                                                     \
            if (j < size) {                                                                       \
                const vec a = numbers(of_a, single_a, j, size - j);                               \
                const vec b = numbers(of_b, single_b, j, size - j);                               \
                const vec c = numbers(of_c, single_c, j, size - j);                               \
                (void)a, (void)b, (void)c;                                                        \
                store_some(to + j, RESULT, size - j);                                             \
            }                                                                                     \
        }                                                                                         \
        break;

/* The sum over a row, of four vectors at a time: no sum waits for the one before. */
#define ADDED_UP(OPERATION, OF)                                                                   \
    case OPERATION:                                                                               \
        for (int64_t r = 0; r < rows->count; r++) {                                               \
            const real *of_a = of_row(rows, a_, r), *of_b = of_row(rows, b_, r);                  \
            vec sums[4] = {{0}, {0}, {0}, {0}};                                                   \
            int64_t j = 0;                                                                        \
            for (; j + 4 * LANES <= size; j += 4 * LANES)                                         \
                for (int n = 0; n < 4; n++) {                                                     \
                    const vec a = load(of_a + j + n * LANES), b = load(of_b + j + n * LANES);     \
                    (void)b;                                                                      \
                    sums[n] += OF;                                                                \
                }                                                                                 \
            for (; j < size; j += LANES) {                                                        \
                const vec a = load_some(of_a + j, size - j), b = load_some(of_b + j, size - j);   \
                (void)b;                                                                          \
                sums[0] += OF;                                                                    \
            }                                                                                     \
            *of_row(rows, to_, r) = sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));      \
        }                                                                                         \
        break;

static void one_instruction(const Rows *rows, const Instruction *i) {
    const Operand *operands = rows->p->operands;
    const int64_t single_a = operands[i->a].single, single_b = operands[i->b].single;
    const int64_t single_c = operands[i->c].single;
    const int64_t size = i->size;
    const int64_t by_a = single_a ? 0 : LANES, by_b = single_b ? 0 : LANES;
    const int64_t by_c = single_c ? 0 : LANES;
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
        NUMBER_BY_NUMBER(LOG, logarithm(a))
        NUMBER_BY_NUMBER(LOG1P, log1p_(a))
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
        NUMBER_BY_NUMBER(MULTIPLY_ADD, a * b + c)
        NUMBER_BY_NUMBER(MULTIPLY_SUBTRACT, a * b - c)
        NUMBER_BY_NUMBER(SUBTRACT_PRODUCT, c - a * b)
        NUMBER_BY_NUMBER(ADD_MULTIPLY, (a + b) * c)
        NUMBER_BY_NUMBER(SUBTRACT_MULTIPLY, (a - b) * c)
        ADDED_UP(SUM, a)
        ADDED_UP(SUM_OF_PRODUCTS, a * b)
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
