package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Memory;
import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Rewrites a class that Chicory generated, so that guest code pays fuel for the JVM instructions
 * that it runs. Each interruption check, which stands at every call and back-edge, becomes a tick
 * on the memory's fuel, weighted by the longest path that leads to it from the ticks before; where
 * a path is much longer than those it meets, or the function ends, it gets a tick of its own. So
 * the price depends on the module and its input alone, no path is cheaper than it is long by more
 * than {@value #DIFFERENCE_MAX}, and none is much dearer.
 *
 * <p>Weights from check to check in the order of the code, which is simpler, let a loop whose
 * branches jump around the checks run thousands of instructions for the price of one.
 */
final class FuelPass {
  /** Changed whenever the rewritten code changes, since stored classes are kept under it. */
  static final int VERSION = 2;

  /** What paths may differ by without a tick: a few times what the tick itself costs. */
  private static final int DIFFERENCE_MAX = 32;

  private static final String MEMORY = Type.getInternalName(Memory.class);
  private static final String FUEL = Type.getInternalName(Fuel.class);
  private static final String TICK = "(L" + MEMORY + ";I)V";

  private FuelPass() {}

  static byte[] rewrite(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            int memory = memorySlot(descriptor);
            return memory < 0 ? next : new TickingMethod(next, memory);
          }
        },
        0);
    return writer.toByteArray();
  }

  /** The local variable of the last parameter of type Memory; -1 when there is none. */
  private static int memorySlot(String descriptor) {
    int slot = 0;
    int found = -1;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      if (argument.getSort() == Type.OBJECT && argument.getInternalName().equals(MEMORY)) {
        found = slot;
      }
      slot += argument.getSize();
    }
    return found;
  }

  /**
   * One pass is enough: Chicory puts a check before each jump backwards, so that between checks
   * every jump leads forwards, and a label's longest path is known when the label is reached.
   */
  private static final class TickingMethod extends MethodVisitor {
    private final int memorySlot;
    private final Map<Label, Integer> pathTo = new HashMap<>();

    /** Instructions that are not paid for on the longest path from a tick to here. */
    private int path;

    private boolean isReachable = true;

    TickingMethod(MethodVisitor next, int memorySlot) {
      super(Opcodes.ASM9, next);
      this.memorySlot = memorySlot;
    }

    /** Takes what the path costs beyond {@code rest}, which stays to be paid. */
    private void payDownTo(int rest) {
      super.visitVarInsn(Opcodes.ALOAD, memorySlot);
      super.visitLdcInsn(path - rest);
      super.visitMethodInsn(Opcodes.INVOKESTATIC, FUEL, "tick", TICK, false);
      path = rest;
    }

    private void leadsTo(Label label) {
      pathTo.merge(label, path, Math::max);
    }

    /** Before this path parts or meets shorter ones, it pays the difference if that is large. */
    private void meets(int others) {
      if (path - others > DIFFERENCE_MAX) {
        payDownTo(others);
      }
    }

    @Override
    public void visitLabel(Label label) {
      Integer others = pathTo.get(label);
      if (others != null) {
        if (isReachable) {
          meets(others);
        }
        path = Math.max(path, others);
      }
      isReachable = true;
      super.visitLabel(label);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      path++;
      if (opcode == Opcodes.INVOKESTATIC && name.equals("checkInterruption")) {
        payDownTo(0);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }

    @Override
    public void visitInsn(int opcode) {
      path++;
      boolean returns = opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN;
      if (returns) {
        meets(0);
      }
      super.visitInsn(opcode);
      if (returns || opcode == Opcodes.ATHROW) {
        endPath();
      }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      path++;
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitVarInsn(int opcode, int slot) {
      path++;
      super.visitVarInsn(opcode, slot);
    }

    @Override
    public void visitLdcInsn(Object value) {
      path++;
      super.visitLdcInsn(value);
    }

    @Override
    public void visitIincInsn(int slot, int by) {
      path++;
      super.visitIincInsn(slot, by);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      path++;
      meets(opcode == Opcodes.GOTO ? pathTo.getOrDefault(label, 0) : 0);
      leadsTo(label);
      super.visitJumpInsn(opcode, label);
      if (opcode == Opcodes.GOTO) {
        endPath();
      }
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label orElse, Label... labels) {
      switchTo(orElse, labels);
      super.visitTableSwitchInsn(min, max, orElse, labels);
      endPath();
    }

    @Override
    public void visitLookupSwitchInsn(Label orElse, int[] keys, Label[] labels) {
      switchTo(orElse, labels);
      super.visitLookupSwitchInsn(orElse, keys, labels);
      endPath();
    }

    private void endPath() {
      path = 0;
      isReachable = false;
    }

    private void switchTo(Label orElse, Label[] labels) {
      path++;
      meets(0);
      leadsTo(orElse);
      for (Label label : labels) {
        leadsTo(label);
      }
    }
  }
}
