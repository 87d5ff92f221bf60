package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The class loader of one compiled module: its classes live and go with it. Classes are defined
 * when the JVM first asks for them.
 */
final class GuestClassLoader extends ClassLoader {
  static {
    registerAsParallelCapable();
  }

  private final Map<String, byte[]> classFiles;

  GuestClassLoader(Map<String, byte[]> classFiles) {
    super("guest", GuestClassLoader.class.getClassLoader());
    this.classFiles = new ConcurrentHashMap<>(classFiles);
  }

  /** How machines of the module are made; {@code mainClass} implements {@link Machine}. */
  Function<Instance, Machine> machines(String mainClass) {
    try {
      var constructor =
          loadClass(mainClass).asSubclass(Machine.class).getConstructor(Instance.class);
      return instance -> {
        try {
          return constructor.newInstance(instance);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("A generated class cannot be instantiated", e);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("A generated class has not the expected form", e);
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] classFile = classFiles.remove(name);
    if (classFile == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, classFile, 0, classFile.length);
  }
}
