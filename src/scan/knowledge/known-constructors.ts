/**
 * What honest pickles name, with the arguments that honest writers give. A call with other arguments is not known
 * to be safe.
 */
export interface Known {
  /** Accepted arguments of a plain call (REDUCE, INST, OBJ). Absent: it is never called. */
  readonly call?: ArgumentShape;
  /** Accepted arguments of `cls.__new__` (NEWOBJ, NEWOBJ_EX). */
  readonly create?: ArgumentShape;
  /** Accepted state of BUILD on what it makes. */
  readonly state?: StateShape;
  /** What may be filled in by SETITEM, APPEND and ADDITEMS, as if it were that. */
  readonly fill?: 'dict' | 'list' | 'set';
  /**
   * A reference may be stored as data. An attacker can plant a stored callable where loading or using the object
   * calls it (`append`, `predict`), so it must be harmless with any arguments.
   */
  readonly storable?: true;
  /** Attributes may be fetched from it, or from what it makes, by `getattr`: members, methods, classmethods. */
  readonly attributes?: 'members' | 'methods' | 'unpickle-only';
}

export type ArgumentShape =
  | 'none'
  | 'data' // constants, containers, instances of known classes, storable references
  | 'text'
  | 'numbers'
  | 'array-reconstructor' // (class, typecode, code, bytes)
  | 'ascii-bytes' // `_codecs.encode(text, 'latin1')`
  | 'buffer' // bytes, or text and an encoding; not a size
  | 'class-first' // a known class, then data
  | 'compiled-pattern'
  | 'decimal'
  | 'factory' // nothing, or a storable callable and items
  | 'fraction'
  | 'getattr'
  | 'items' // nothing, or one container
  | 'iterable-and-size'
  | 'known-function' // (module, name) of a storable function
  | 'layout'
  | 'nested-torch'
  | 'none-type'
  | 'numpy-dtype'
  | 'numpy-frombuffer'
  | 'numpy-reconstruct'
  | 'numpy-scalar'
  | 'object-reconstructor'
  | 'names' // attribute names without underscores
  | 'partial'
  | 'public-key' // a relative resource name: time zones
  | 'tensor'
  | 'tensor-subclass'
  | 'tensor-without-storage';

export type StateShape =
  | 'plain' // a dict of plain names to data
  | 'data' // any data at all: what reads it only checks and stores it
  | 'bytes'
  | 'distribution' // plain, and the argument template is the one scipy writes
  | 'joblib-array'
  | 'numpy-array'
  | 'numpy-dtype'
  | 'partial'
  | 'statsmodels-data'; // plain, and no formula that is evaluated on loading

type Row = readonly [module: string, names: string, known: Known];

const OBJECT: Known = { create: 'none', call: 'none', state: 'plain', storable: true };
const VALUE: Known = { storable: true };
const DATA: Known = { call: 'data', create: 'data', state: 'data', storable: true };

export const KNOWN_CONSTRUCTORS: readonly Row[] = [
  // The language itself
  ['builtins', 'int float bool str object', { storable: true, create: 'data', attributes: 'methods' }],
  ['builtins', 'complex', { call: 'numbers', create: 'numbers', storable: true }],
  [
    'builtins',
    'dict',
    { call: 'items', create: 'none', state: 'plain', fill: 'dict', storable: true, attributes: 'methods' },
  ],
  [
    'builtins',
    'list',
    { call: 'items', create: 'none', state: 'plain', fill: 'list', storable: true, attributes: 'methods' },
  ],
  [
    'builtins',
    'set',
    { call: 'items', create: 'none', state: 'plain', fill: 'set', storable: true, attributes: 'methods' },
  ],
  ['builtins', 'frozenset tuple', { call: 'items', create: 'items', storable: true, attributes: 'methods' }],
  [
    'builtins',
    'bytes bytearray',
    { call: 'buffer', create: 'buffer', state: 'plain', storable: true, attributes: 'methods' },
  ],
  ['builtins', 'range slice', { call: 'data', storable: true }],
  ['builtins', 'Ellipsis NotImplemented None True False', VALUE],
  [
    'builtins',
    'len sum max min sorted abs any all round pow divmod zip enumerate reversed hash repr chr ord isinstance',
    VALUE,
  ],
  ['builtins', 'type', { call: 'none-type' }],
  ['builtins', 'getattr', { call: 'getattr' }],
  [
    'builtins',
    'ArithmeticError AssertionError AttributeError BaseException BufferError EOFError Exception FloatingPointError ImportError IndexError KeyError LookupError MemoryError ModuleNotFoundError NameError NotImplementedError OSError OverflowError RecursionError ReferenceError RuntimeError StopIteration SyntaxError SystemError TimeoutError TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError ZeroDivisionError Warning UserWarning DeprecationWarning RuntimeWarning FutureWarning',
    { call: 'data', create: 'data', state: 'plain', storable: true },
  ],
  ['_codecs', 'encode', { call: 'ascii-bytes' }],
  ['array', 'array', { call: 'data', storable: true }],
  ['array', '_array_reconstructor', { call: 'array-reconstructor' }],
  ['copyreg', '_reconstructor', { call: 'object-reconstructor' }],
  ['copyreg', '__newobj__', { call: 'class-first' }],
  [
    'collections',
    'OrderedDict',
    { call: 'items', create: 'none', state: 'plain', fill: 'dict', storable: true },
  ],
  ['collections', 'Counter', { call: 'items', create: 'none', state: 'plain', fill: 'dict', storable: true }],
  [
    'collections',
    'defaultdict',
    { call: 'factory', create: 'factory', state: 'plain', fill: 'dict', storable: true },
  ],
  [
    'collections',
    'deque',
    { call: 'iterable-and-size', create: 'none', state: 'plain', fill: 'list', storable: true },
  ],
  [
    'collections',
    'ChainMap UserDict UserList UserString',
    { call: 'items', create: 'none', state: 'plain', storable: true },
  ],
  ['datetime', 'date datetime time timedelta timezone', { call: 'data', create: 'data', storable: true }],
  ['decimal', 'Decimal', { call: 'decimal', create: 'decimal', storable: true }],
  ['fractions', 'Fraction', { call: 'fraction', create: 'fraction', storable: true }],
  ['functools', 'partial', { call: 'partial', create: 'partial', state: 'partial' }],
  ['operator', 'itemgetter', { call: 'data' }],
  ['operator', 'attrgetter', { call: 'names' }],
  ['operator', 'add sub mul truediv lt le eq ne ge gt and_ or_ neg', VALUE],
  [
    'pathlib',
    'PurePath PurePosixPath PureWindowsPath Path PosixPath WindowsPath',
    { call: 'text', create: 'text', storable: true },
  ],
  [
    'pathlib._local',
    'PurePath PurePosixPath PureWindowsPath Path PosixPath WindowsPath',
    { call: 'text', create: 'text', storable: true },
  ],
  ['random', 'Random', { call: 'none', create: 'none', state: 'data', storable: true }],
  ['re', '_compile', { call: 'compiled-pattern' }],
  ['_sre', 'compile', { call: 'compiled-pattern' }],
  ['types', 'SimpleNamespace', OBJECT],
  ['uuid', 'UUID', { create: 'none', state: 'plain', storable: true }],
  ['uuid', 'SafeUUID', { call: 'data', storable: true, attributes: 'members' }],
  ['argparse', 'Namespace', OBJECT],
  ['optparse', 'Values', OBJECT],
  ['logging', 'getLogger', { call: 'text' }],
  ['zoneinfo', 'ZoneInfo', { attributes: 'unpickle-only' }],
  ['zoneinfo', 'ZoneInfo._unpickle', { call: 'public-key' }],
  ['pytz', '_UTC', { call: 'none' }],
  ['pytz', '_p', { call: 'public-key' }],
  ['pytz', 'UTC', VALUE],
  ['dateutil.tz.tz', 'tzutc tzlocal', { call: 'none', create: 'none', state: 'plain', storable: true }],

  // NumPy. `numpy._core` is looked up as `numpy.core`
  ['numpy', 'dtype', { call: 'numpy-dtype', state: 'numpy-dtype', storable: true }],
  ['numpy.core.multiarray', '_reconstruct', { call: 'numpy-reconstruct', state: 'numpy-array' }],
  ['numpy.core.multiarray', 'scalar', { call: 'numpy-scalar' }],
  ['numpy.core.numeric', '_frombuffer', { call: 'numpy-frombuffer' }],
  ['numpy.core', '_ufunc_reconstruct', { call: 'known-function' }],
  ['numpy.ma.core', '_mareconstruct', { call: 'numpy-reconstruct', state: 'numpy-array' }],
  ['numpy', 'ndarray matrix recarray record', { storable: true, state: 'numpy-array' }],
  ['numpy.rec', 'recarray record', { storable: true, state: 'numpy-array' }],
  ['numpy.ma', 'MaskedArray', { storable: true, state: 'numpy-array' }],
  ['numpy.ma.core', 'MaskedArray MaskedConstant', { storable: true, state: 'numpy-array' }],
  ['numpy.matrixlib.defmatrix', 'matrix', { storable: true, state: 'numpy-array' }],
  ['numpy.core.records', 'recarray record', { storable: true, state: 'numpy-array' }],
  ['numpy.core.defchararray', 'chararray', { storable: true, state: 'numpy-array' }],
  ['numpy.char', 'chararray', { storable: true, state: 'numpy-array' }],
  [
    'numpy',
    'bool bool_ bool8 int8 int16 int32 int64 uint8 uint16 uint32 uint64 intp uintp byte ubyte short ushort intc uintc int_ uint longlong ulonglong long ulong float16 float32 float64 float128 longdouble half single double float_ complex64 complex128 complex256 clongdouble csingle cdouble complex_ str_ unicode_ bytes_ string_ void object_ datetime64 timedelta64 generic number integer inexact floating character flexible signedinteger unsignedinteger complexfloating',
    { storable: true, call: 'data', create: 'data' },
  ],
  [
    'numpy.dtypes',
    'BoolDType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType Float16DType Float32DType Float64DType LongDoubleDType Complex64DType Complex128DType ObjectDType BytesDType StrDType VoidDType DateTime64DType TimeDelta64DType StringDType',
    { storable: true, call: 'none', state: 'numpy-dtype' },
  ],
  [
    'numpy',
    'array asarray mean median sum prod min max amin amax argmin argmax std var clip nanmean nanmedian nansum nanstd nanmax nanmin average percentile quantile cumsum cumprod dot vdot inner outer matmul einsum tensordot trace diff where concatenate stack vstack hstack ravel reshape squeeze transpose unique sort argsort round around zeros ones zeros_like ones_like full empty linspace logspace arange count_nonzero any all allclose isclose corrcoef cov histogram interp nan_to_num linalg.norm linalg.svd linalg.inv linalg.det linalg.pinv identity eye size ndim shape ptp bincount digitize searchsorted',
    VALUE,
  ],
  ['numpy.linalg', 'norm svd inv det pinv eigh eig qr solve lstsq cholesky', VALUE],
  [
    'numpy.core.fromnumeric',
    'mean sum prod min max amin amax argmin argmax std var clip cumsum ravel squeeze sort argsort',
    VALUE,
  ],
  ['numpy.core.umath', 'add subtract multiply divide exp log log1p expm1 sqrt tanh maximum minimum', VALUE],
  ['numpy', 'vectorize', { create: 'none', state: 'plain' }],
  ['numpy.lib.function_base', 'vectorize', { create: 'none', state: 'plain' }],
  ['numpy.lib._function_base_impl', 'vectorize', { create: 'none', state: 'plain' }],
  ['numpy', 'poly1d', { create: 'none', state: 'plain', storable: true }],
  ['numpy.lib.polynomial', 'poly1d', { create: 'none', state: 'plain', storable: true }],
  ['numpy.lib._polynomial_impl', 'poly1d', { create: 'none', state: 'plain', storable: true }],
  ['numpy.polynomial.polynomial', 'Polynomial', OBJECT],
  ['numpy.polynomial.chebyshev', 'Chebyshev', OBJECT],
  ['numpy.polynomial.legendre', 'Legendre', OBJECT],
  ['numpy.polynomial.hermite', 'Hermite', OBJECT],
  ['numpy.polynomial.hermite_e', 'HermiteE', OBJECT],
  ['numpy.polynomial.laguerre', 'Laguerre', OBJECT],
  ['numpy.random._pickle', '__bit_generator_ctor', { call: 'data', state: 'data', storable: true }],
  [
    'numpy.random._pickle',
    '__generator_ctor __randomstate_ctor',
    { call: 'data', state: 'data', attributes: 'methods' },
  ],
  ['numpy.random', '__RandomState_ctor', { call: 'none', state: 'data', attributes: 'methods' }],
  ['numpy.random.mtrand', 'RandomState', { storable: true, state: 'data' }],
  ['numpy.random._generator', 'Generator', { storable: true, state: 'data' }],
  ['numpy.random._mt19937', 'MT19937', { storable: true, state: 'data' }],
  ['numpy.random._pcg64', 'PCG64 PCG64DXSM', { storable: true, state: 'data' }],
  ['numpy.random._philox', 'Philox', { storable: true, state: 'data' }],
  ['numpy.random._sfc64', 'SFC64', { storable: true, state: 'data' }],
  [
    'numpy.random.bit_generator',
    '__pyx_unpickle_SeedSequence __pyx_unpickle_BitGenerator',
    { call: 'class-first', state: 'data' },
  ],
  ['numpy.random.bit_generator', 'SeedSequence BitGenerator', { storable: true, state: 'data' }],

  // SciPy
  ['scipy.spatial._ckdtree', 'cKDTree', { call: 'none', create: 'none', state: 'data', storable: true }],
  ['scipy.spatial._kdtree', 'KDTree', { call: 'none', create: 'none', state: 'data', storable: true }],
  ['scipy.spatial.ckdtree', 'cKDTree', { call: 'none', create: 'none', state: 'data', storable: true }],
  ['scipy.interpolate._ppoly', 'evaluate', VALUE],
  [
    'scipy.stats._distn_infrastructure',
    'rv_frozen rv_continuous_frozen rv_discrete_frozen',
    { create: 'none', state: 'plain', storable: true, attributes: 'methods' },
  ],
  ['scipy._lib.array_api_compat.numpy._aliases', 'asarray', VALUE],

  [
    'scipy.stats._stats_mstats_common',
    'LinregressResult TheilslopesResult SiegelslopesResult',
    { create: 'data', state: 'plain' },
  ],
  ['scipy.interpolate._rbfinterp', 'RBFInterpolator', { create: 'none', state: 'data', storable: true }],
  ['scipy.spatial.transform._rotation', 'Rotation', { create: 'none', state: 'data', storable: true }],
  ['scipy.spatial.transform.rotation', 'Rotation', { create: 'none', state: 'data', storable: true }],

  // scikit-learn: what is compiled, and so not in the generated list
  ['sklearn.tree._tree', 'Tree', { call: 'data', state: 'plain', storable: true }],
  [
    'sklearn.tree._criterion',
    'Gini Entropy MSE MAE FriedmanMSE Poisson',
    { call: 'data', state: 'data', storable: true },
  ],
  [
    'sklearn.tree._splitter',
    'BestSplitter RandomSplitter BestSparseSplitter RandomSparseSplitter',
    { call: 'data', state: 'data', storable: true },
  ],
  ['sklearn.neighbors._kd_tree', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.neighbors._ball_tree', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.neighbors.kd_tree', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.neighbors.ball_tree', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.neighbors._dist_metrics', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.neighbors.dist_metrics', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.metrics._dist_metrics', 'newObj', { call: 'class-first', state: 'data' }],
  ['sklearn.neighbors._kd_tree', 'KDTree KDTree32 KDTree64 BinaryTree', { storable: true, state: 'data' }],
  [
    'sklearn.neighbors._ball_tree',
    'BallTree BallTree32 BallTree64 BinaryTree',
    { storable: true, state: 'data' },
  ],
  ['sklearn.neighbors.kd_tree', 'KDTree', { storable: true, state: 'data' }],
  ['sklearn.neighbors.ball_tree', 'BallTree', { storable: true, state: 'data' }],
  ...[
    'sklearn.metrics._dist_metrics',
    'sklearn.neighbors._dist_metrics',
    'sklearn.neighbors.dist_metrics',
  ].map(
    (module): Row => [
      module,
      [
        'Euclidean',
        'SEuclidean',
        'Manhattan',
        'Chebyshev',
        'Minkowski',
        'WMinkowski',
        'Mahalanobis',
        'Hamming',
        'Canberra',
        'BrayCurtis',
        'Jaccard',
        'Matching',
        'Dice',
        'Kulsinski',
        'RogersTanimoto',
        'RussellRao',
        'SokalMichener',
        'SokalSneath',
        'Haversine',
      ]
        .flatMap((name) => [`${name}Distance`, `${name}Distance32`, `${name}Distance64`])
        .join(' '),
      { storable: true, state: 'data' },
    ],
  ),
  [
    'sklearn.linear_model._sgd_fast',
    'Hinge SquaredHinge Log ModifiedHuber SquaredLoss Huber EpsilonInsensitive SquaredEpsilonInsensitive CyHalfSquaredError CyHalfBinomialLoss Regression Classification',
    { call: 'numbers', state: 'data', storable: true },
  ],
  [
    'sklearn.linear_model.sgd_fast',
    'Hinge SquaredHinge Log ModifiedHuber SquaredLoss Huber EpsilonInsensitive SquaredEpsilonInsensitive',
    { call: 'numbers', state: 'data', storable: true },
  ],
  [
    'sklearn._loss._loss',
    'CyHalfSquaredError CyAbsoluteError CyPinballLoss CyHuberLoss CyHalfPoissonLoss CyHalfGammaLoss CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHalfBinomialLoss CyHalfMultinomialLoss CyExponentialLoss CyLossFunction',
    { call: 'numbers', state: 'data', storable: true },
  ],
  // Some releases compiled it under a bare name.
  [
    '_loss',
    'CyHalfSquaredError CyAbsoluteError CyPinballLoss CyHuberLoss CyHalfPoissonLoss CyHalfGammaLoss CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHalfBinomialLoss CyHalfMultinomialLoss CyExponentialLoss CyLossFunction',
    { call: 'numbers', state: 'data', storable: true },
  ],
  [
    'sklearn._loss._loss',
    '__pyx_unpickle_CyLossFunction __pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfBinomialLoss __pyx_unpickle_CyHalfMultinomialLoss',
    { call: 'class-first', state: 'data' },
  ],
  [
    'sklearn.ensemble._gb_losses',
    'BinomialDeviance MultinomialDeviance ExponentialLoss LeastSquaresError LeastAbsoluteError HuberLossFunction QuantileLossFunction',
    OBJECT,
  ],
  [
    'sklearn.ensemble.gradient_boosting',
    'BinomialDeviance MultinomialDeviance ExponentialLoss LeastSquaresError LeastAbsoluteError HuberLossFunction QuantileLossFunction',
    OBJECT,
  ],
  ['sklearn.ensemble._gradient_boosting', '_random_sample_mask', VALUE],
  ['sklearn.cluster._kmeans', '_kmeans_single_lloyd _kmeans_single_elkan', VALUE],
  ['sklearn.metrics._scorer', '_passthrough_scorer _PredictScorer _ProbaScorer _ThresholdScorer', OBJECT],

  // pandas: constructors that check and store
  ['pandas', 'DataFrame Series', { call: 'data', create: 'none', state: 'data', storable: true }],
  ['pandas.core.frame', 'DataFrame', { call: 'data', create: 'none', state: 'data', storable: true }],
  ['pandas.core.series', 'Series', { call: 'data', create: 'none', state: 'data', storable: true }],
  [
    'pandas',
    'Index RangeIndex MultiIndex CategoricalIndex DatetimeIndex IntervalIndex PeriodIndex TimedeltaIndex Int64Index UInt64Index Float64Index',
    { storable: true, state: 'data' },
  ],
  ['pandas.core.indexes.base', 'Index', { storable: true, state: 'data' }],
  ['pandas.core.indexes.range', 'RangeIndex', { storable: true, state: 'data' }],
  ['pandas.core.indexes.multi', 'MultiIndex', { storable: true, state: 'data' }],
  ['pandas.core.indexes.category', 'CategoricalIndex', { storable: true, state: 'data' }],
  ['pandas.core.indexes.datetimes', 'DatetimeIndex', { storable: true, state: 'data' }],
  ['pandas.core.indexes.interval', 'IntervalIndex', { storable: true, state: 'data' }],
  ['pandas.core.indexes.period', 'PeriodIndex', { storable: true, state: 'data' }],
  ['pandas.core.indexes.timedeltas', 'TimedeltaIndex', { storable: true, state: 'data' }],
  [
    'pandas.core.indexes.numeric',
    'Int64Index UInt64Index Float64Index NumericIndex',
    { storable: true, state: 'data' },
  ],
  [
    'pandas.core.indexes.frozen',
    'FrozenList',
    { call: 'items', create: 'none', fill: 'list', state: 'data' },
  ],
  ['pandas.core.indexes.base', '_new_Index', { call: 'class-first' }],
  ['pandas.core.indexes.datetimes', '_new_DatetimeIndex', { call: 'class-first' }],
  ['pandas.core.indexes.interval', '_new_IntervalIndex', { call: 'class-first' }],
  ['pandas.core.indexes.period', '_new_PeriodIndex', { call: 'class-first' }],
  ['pandas.indexes.base', '_new_Index Index', { call: 'class-first', storable: true, state: 'data' }],
  ['pandas.core.internals.managers', 'BlockManager SingleBlockManager', DATA],
  ['pandas.core.internals', 'BlockManager SingleBlockManager', DATA],
  ['pandas._libs.internals', '_unpickle_block BlockManager', { call: 'data', state: 'data' }],
  ['pandas._libs.arrays', '__pyx_unpickle_NDArrayBacked', { call: 'class-first', state: 'data' }],
  ['pandas._libs.interval', '__pyx_unpickle_IntervalMixin', { call: 'class-first', state: 'data' }],
  ['pandas._libs.sparse', 'IntIndex BlockIndex', DATA],
  ['pandas._libs.tslibs.nattype', '_nat_unpickle __nat_unpickle', { call: 'data' }],
  ['pandas._libs.tslibs.timedeltas', '_timedelta_unpickle Timedelta', DATA],
  ['pandas._libs.tslibs.timestamps', '_unpickle_timestamp Timestamp', DATA],
  ['pandas._libs.tslibs.period', 'Period', DATA],
  ['pandas._libs.interval', 'Interval', DATA],
  ['pandas._libs.missing', 'NAType', { call: 'none', create: 'none', storable: true }],
  [
    'pandas._libs.tslibs.offsets',
    'BusinessDay BusinessHour BusinessMonthBegin BusinessMonthEnd BQuarterBegin BQuarterEnd BYearBegin BYearEnd BaseOffset CustomBusinessDay CustomBusinessHour CustomBusinessMonthBegin CustomBusinessMonthEnd DateOffset Day Easter FY5253 FY5253Quarter HalfYearBegin HalfYearEnd Hour LastWeekOfMonth Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin QuarterEnd RelativeDeltaOffset Second SemiMonthBegin SemiMonthEnd Tick Week WeekOfMonth YearBegin YearEnd BusinessMixin SingleConstructorOffset __pyx_unpickle_BaseOffset',
    DATA,
  ],
  ['pandas', 'NA NaT', VALUE],
  ['pandas._libs.missing', 'NA', VALUE],
  ['pandas', 'DateOffset', DATA],
  ['dateutil.relativedelta', 'relativedelta', OBJECT],
  [
    'pandas',
    'Categorical Interval Period Timestamp Timedelta CategoricalDtype PeriodDtype IntervalDtype DatetimeTZDtype SparseDtype StringDtype BooleanDtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype Float32Dtype Float64Dtype',
    DATA,
  ],
  [
    'pandas.arrays',
    'BooleanArray Categorical DatetimeArray FloatingArray IntegerArray IntervalArray NumpyExtensionArray PandasArray PeriodArray SparseArray StringArray TimedeltaArray ArrowStringArray',
    DATA,
  ],
  ['pandas.core.arrays.categorical', 'Categorical', DATA],
  ['pandas.core.arrays.datetimes', 'DatetimeArray', DATA],
  ['pandas.core.arrays.timedeltas', 'TimedeltaArray', DATA],
  ['pandas.core.arrays.period', 'PeriodArray', DATA],
  ['pandas.core.arrays.interval', 'IntervalArray', DATA],
  [
    'pandas.core.arrays.integer',
    'IntegerArray Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype',
    DATA,
  ],
  ['pandas.core.arrays.floating', 'FloatingArray Float32Dtype Float64Dtype', DATA],
  ['pandas.core.arrays.boolean', 'BooleanArray BooleanDtype', DATA],
  ['pandas.core.arrays.string_', 'StringArray StringDtype', DATA],
  ['pandas.core.arrays.sparse.array', 'SparseArray', DATA],
  ['pandas.core.arrays.sparse.dtype', 'SparseDtype', DATA],
  ['pandas.core.arrays.sparse', 'SparseArray SparseDtype', DATA],
  ['pandas.core.arrays.numpy_', 'PandasArray NumpyExtensionArray', DATA],
  [
    'pandas.core.dtypes.dtypes',
    'CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype NumpyEADtype PandasDtype',
    DATA,
  ],
  ['pandas.core.flags', 'Flags', { create: 'none', state: 'plain' }],

  // PyTorch
  [
    'torch._utils',
    '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3',
    { call: 'tensor', state: 'plain' },
  ],
  [
    'torch._utils',
    '_rebuild_parameter _rebuild_parameter_with_state _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_qtensor _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor _rebuild_mkldnn_tensor _rebuild_xla_tensor _rebuild_nested_tensor',
    { call: 'data', state: 'plain' },
  ],
  ['torch._utils', '_rebuild_meta_tensor_no_storage', { call: 'tensor-without-storage', state: 'plain' }],
  ['torch._tensor', '_rebuild_from_type_v2', { call: 'tensor-subclass', state: 'plain' }],
  ['torch.storage', '_load_from_bytes', { call: 'nested-torch' }],
  ['torch.storage', 'UntypedStorage TypedStorage _UntypedStorage _TypedStorage', { storable: true }],
  [
    'torch',
    'UntypedStorage FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage',
    { storable: true },
  ],
  [
    'torch.cuda',
    'FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage',
    { storable: true },
  ],
  ['torch', 'Size', { call: 'data', create: 'data', storable: true }],
  ['torch', 'device', { call: 'data', storable: true }],
  [
    'torch',
    'Tensor FloatTensor LongTensor HalfTensor DoubleTensor IntTensor BoolTensor ByteTensor BFloat16Tensor',
    { storable: true },
  ],
  ['torch._tensor', 'Tensor', { storable: true }],
  ['torch.nn.parameter', 'Parameter Buffer', { storable: true }],
  [
    'torch.nn.parameter',
    'UninitializedParameter UninitializedBuffer',
    { call: 'numbers', storable: true, state: 'plain' },
  ],
  ['torch.nn', 'Parameter', { storable: true }],
  ['torch.nn.utils.rnn', 'PackedSequence PackedSequence_', { call: 'data', create: 'data', storable: true }],
  ['torch.serialization', '_get_layout', { call: 'layout' }],
  ['torch.utils.data._utils.collate', 'default_collate default_convert', VALUE],
  [
    'torch',
    'strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc contiguous_format channels_last channels_last_3d preserve_format per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric per_channel_affine_float_qparams',
    VALUE,
  ],
  [
    'torch',
    'float float16 float32 float64 half double bfloat16 int int8 int16 int32 int64 short long uint8 uint16 uint32 uint64 bool complex32 complex64 complex128 cfloat cdouble chalf qint8 quint8 qint32 quint4x2 quint2x4 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2 bits8 bits16',
    VALUE,
  ],
  ['torch._C', '_VariableFunctionsClass', { attributes: 'methods' }],
  ['torch._C', '_VariableFunctions', { attributes: 'methods' }],
  ['torch.optim.swa_utils', 'AveragedModel', OBJECT],
  ['torch.utils.hooks', 'RemovableHandle', { create: 'none', state: 'data', storable: true }],

  ['torch.utils.data.dataloader', 'DataLoader', { create: 'none', state: 'plain' }],
  ['torch.nn.modules.module', '_WrappedHook', { create: 'none', state: 'plain', storable: true }],
  ['torch.optim', 'Adafactor', OBJECT],

  // Others
  [
    'networkx.classes.coreviews',
    'AtlasView AdjacencyView MultiAdjacencyView',
    { create: 'none', state: 'plain', storable: true },
  ],
  [
    'networkx.classes.reportviews',
    'NodeView NodeDataView EdgeView OutEdgeView InEdgeView DegreeView EdgeDataView OutEdgeDataView',
    { create: 'none', state: 'plain', storable: true },
  ],
  ['statsmodels.base.data', 'ModelData PandasData PatsyData', { create: 'none', state: 'statsmodels-data' }],
  ['joblib.numpy_pickle', 'NumpyArrayWrapper', { create: 'none', state: 'joblib-array' }],
  ['sklearn.externals.joblib.numpy_pickle', 'NumpyArrayWrapper', { create: 'none', state: 'joblib-array' }],
  ['tokenizers', 'Tokenizer', { call: 'data', create: 'data', state: 'bytes' }],
  ['tokenizers', 'AddedToken', { call: 'data', create: 'data', state: 'data', storable: true }],
  [
    'tokenizers.models',
    'Model BPE WordLevel WordPiece Unigram',
    { call: 'none', create: 'none', state: 'bytes' },
  ],
  ['lightgbm.basic', 'Booster', { create: 'none', state: 'plain', storable: true }],
  ['xgboost.core', 'Booster', { create: 'none', state: 'plain' }],
  ['xgboost.sklearn', 'XGBModel XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor', OBJECT],
  ['nltk.probability', 'FreqDist', { call: 'items', create: 'none', state: 'plain', fill: 'dict' }],
  ['easydict', 'EasyDict', { create: 'none', call: 'none', state: 'plain', fill: 'dict' }],
  ['yacs.config', 'CfgNode', { create: 'none', call: 'none', state: 'plain', fill: 'dict' }],
  ['gensim.models.word2vec', 'Word2Vec Word2VecVocab Word2VecTrainables', OBJECT],
  [
    'gensim.models.keyedvectors',
    'KeyedVectors Vocab Word2VecKeyedVectors FastTextKeyedVectors EuclideanKeyedVectors BaseKeyedVectors CompatVocab Doc2VecKeyedVectors SimpleVocab',
    OBJECT,
  ],
  ['gensim.models.doc2vec', 'Doc2Vec Doctag Doc2VecVocab Doc2VecTrainables', OBJECT],
  ['gensim.models.fasttext', 'FastText FastTextVocab FastTextTrainables FastTextKeyedVectors', OBJECT],
  ['gensim.models.tfidfmodel', 'TfidfModel', OBJECT],
  ['gensim.models.ldamodel', 'LdaModel LdaState', OBJECT],
  ['gensim.models.lsimodel', 'LsiModel Projection', OBJECT],
  ['gensim.models.phrases', 'Phrases Phraser FrozenPhrases', OBJECT],
  ['gensim.corpora.dictionary', 'Dictionary', OBJECT],
  [
    'ultralytics.nn.tasks',
    'DetectionModel SegmentationModel PoseModel ClassificationModel OBBModel WorldModel BaseModel',
    OBJECT,
  ],
  [
    'ultralytics.nn.modules.conv',
    'Conv Conv2 LightConv DWConv DWConvTranspose2d ConvTranspose Focus GhostConv RepConv ChannelAttention SpatialAttention CBAM Concat Index',
    OBJECT,
  ],
  [
    'ultralytics.nn.modules.block',
    'DFL Proto HGStem HGBlock SPP SPPF C1 C2 C2f C2fAttn ImagePoolingAttn ContrastiveHead BNContrastiveHead GhostBottleneck Bottleneck BottleneckCSP ResNetBlock ResNetLayer RepC3 C3 C3x C3TR C3Ghost C3k C3k2 Attention PSA PSABlock C2PSA C2fPSA SCDown CIB C2fCIB RepVGGDW SPPELAN ELAN1 AConv ADown CBLinear CBFuse RepBottleneck RepCSP RepNCSPELAN4 A2C2f AAttn ABlock',
    OBJECT,
  ],
  [
    'ultralytics.nn.modules.head',
    'Detect Segment OBB Pose Classify WorldDetect RTDETRDecoder v10Detect',
    OBJECT,
  ],
  [
    'ultralytics.nn.modules.transformer',
    'TransformerEncoderLayer AIFI TransformerLayer TransformerBlock MLPBlock MLP LayerNorm2d MSDeformAttn DeformableTransformerDecoderLayer DeformableTransformerDecoder',
    OBJECT,
  ],
  ['ultralytics.utils', 'IterableSimpleNamespace', OBJECT],
  ['ultralytics.yolo.utils', 'IterableSimpleNamespace', OBJECT],
  [
    'ultralytics.utils.loss',
    'v8DetectionLoss v8SegmentationLoss v8PoseLoss v8ClassificationLoss v8OBBLoss E2EDetectLoss BboxLoss DFLoss',
    OBJECT,
  ],
  ['ultralytics.utils.tal', 'TaskAlignedAssigner RotatedTaskAlignedAssigner', OBJECT],
];
