import type { DangerTable } from './danger-table.ts';

/** `builtins` (in Python 2 `__builtin__`) and the modules that the interpreter itself is made of. */
export const DANGEROUS_BUILTINS: DangerTable = {
  __main__: { 'run-code': 'exec eval __builtins__.eval __builtins__.exec' },
  _codecs: { reflect: 'lookup lookup_error', tamper: 'register register_error unregister' },
  _collections_abc: {},
  _frozen_importlib: { rest: 'import' },
  _frozen_importlib_external: {
    rest: 'import',
    'read-files': 'FileLoader SourceFileLoader.get_data FileLoader.get_data',
    'load-native': 'ExtensionFileLoader',
    'write-files': '_write_atomic SourceLoader._cache_bytecode SourceFileLoader.set_data',
    'run-code':
      'SourceFileLoader.exec_module SourceFileLoader.load_module SourcelessFileLoader _bootstrap_external',
  },
  _functools: { reflect: 'partial reduce cmp_to_key' },
  _imp: {
    'load-native': 'create_dynamic exec_dynamic create_builtin exec_builtin',
    import: 'init_frozen get_frozen_object find_frozen is_frozen is_frozen_package',
    tamper:
      '_override_frozen_modules_for_tests _override_multi_interp_extensions_check acquire_lock release_lock',
  },
  _interpreters: { rest: 'run-code' },
  _interpchannels: { rest: 'unpickle' },
  _interpqueues: { rest: 'unpickle' },
  _io: {
    'write-files': 'FileIO open_code',
    'read-files': 'open text_encoding',
    harmless: 'BytesIO StringIO',
  },
  _operator: { reflect: 'attrgetter methodcaller itemgetter call setitem delitem getitem' },
  _pickle: { rest: 'unpickle', harmless: 'PickleError PicklingError UnpicklingError dumps' },
  _pyio: { 'read-files': 'open open_code TextIOWrapper', 'write-files': 'FileIO' },
  _sitebuiltins: { exhaust: 'Quitter', 'read-files': '_Printer _Helper' },
  _thread: {
    'run-code': 'start_new_thread start_new start_joinable_thread',
    exhaust: 'interrupt_main exit exit_thread stack_size allocate_lock allocate',
    tamper: '_excepthook',
  },
  _warnings: { tamper: 'filters_mutated warn_explicit' },
  _weakref: { reflect: 'proxy ref' },
  _xxsubinterpreters: { rest: 'run-code' },
  _xxinterpchannels: { rest: 'unpickle' },
  builtins: {
    'run-code': 'eval exec execfile breakpoint',
    'read-files': 'open file input raw_input help',
    import: '__import__ __loader__ __spec__ reload',
    'build-code': 'compile type __build_class__ classmethod staticmethod property',
    reflect:
      'getattr setattr delattr hasattr vars globals locals dir super apply map filter iter next reduce object.__getattribute__ object.__reduce_ex__ object.__reduce__ object.__setattr__ type.__getattribute__ type.__setattr__ type.__subclasses__ type.mro memoryview aiter anext callable cmp',
    exhaust: 'exit quit SystemExit KeyboardInterrupt intern coerce buffer copyright credits license',
    tamper: '__dict__ __builtins__ __debug__',
  },
  gc: {
    reflect: 'get_objects get_referrers get_referents',
    tamper: 'set_debug callbacks',
    exhaust: 'collect disable enable freeze set_threshold unfreeze',
  },
  importlib: {
    rest: 'import',
    tree: true,
    'run-code': '_bootstrap._exec _bootstrap._load _bootstrap._load_unlocked reload',
  },
  'importlib.machinery': {
    rest: 'import',
    'load-native': 'ExtensionFileLoader AppleFrameworkLoader',
    'run-code': 'SourceFileLoader.load_module SourceFileLoader.exec_module SourcelessFileLoader.load_module',
    'read-files': 'FileFinder',
  },
  'importlib.metadata': { rest: 'read-files', 'run-code': 'EntryPoint EntryPoint.load', tree: true },
  'importlib.resources': { rest: 'read-files', tree: true },
  'importlib.util': { rest: 'import' },
  imp: {
    rest: 'import',
    'run-code': 'load_source load_compiled load_module load_package reload',
    'load-native': 'load_dynamic',
  },
  marshal: { rest: 'unpickle', 'read-files': 'load' },
  operator: {
    reflect:
      'attrgetter methodcaller itemgetter call setitem delitem getitem __call__ __setitem__ __getitem__ isCallable',
    exhaust: 'mul imul pow ipow lshift ilshift concat iconcat __mul__ __pow__ __lshift__ repeat irepeat',
  },
  sys: {
    tamper:
      'modules path path_hooks meta_path path_importer_cache settrace setprofile _settraceallthreads _setprofileallthreads addaudithook excepthook displayhook unraisablehook breakpointhook set_asyncgen_hooks set_coroutine_origin_tracking_depth setdlopenflags _clear_type_cache __dict__ stdout stderr stdin dont_write_bytecode flags set_int_max_str_digits activate_stack_trampoline monitoring _git argv',
    reflect:
      '_getframe _current_frames _current_exceptions call_tracing _getframemodulename getrefcount exc_info last_traceback',
    exhaust: 'exit setrecursionlimit setswitchinterval intern _debugmallocstats setcheckinterval',
    'run-code': 'remote_exec',
    'read-files': 'getsizeof',
    harmless: 'maxsize version platform byteorder intern float_info',
  },
  types: {
    'build-code':
      'FunctionType LambdaType CodeType MethodType BuiltinFunctionType CellType new_class resolve_bases prepare_class DynamicClassAttribute coroutine GeneratorType CoroutineType AsyncGeneratorType TracebackType FrameType ClassType InstanceType BuiltinMethodType WrapperDescriptorType MethodWrapperType MethodDescriptorType ClassMethodDescriptorType',
    reflect:
      'ModuleType MappingProxyType GetSetDescriptorType MemberDescriptorType _calculate_meta get_original_bases',
  },
  zipimport: { rest: 'run-code' },
};
