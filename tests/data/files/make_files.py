#!/usr/bin/env python3
"""Made the NumPy files of this directory (NumPy 1.24), which the tests read. Run it here."""

import numpy as np
base=np.arange(6).reshape(2,3)
np.save('float32.npy', (base+0.5).astype('<f4'))
np.save('float64_fortran.npy', np.asfortranarray((base+0.25).astype('<f8')))
np.save('float64_big_endian.npy', (base-0.75).astype('>f8'))
np.save('int64.npy', (base-3).astype('<i8'))
np.save('int16_big_endian_fortran.npy', np.asfortranarray((base*1000-3000).astype('>i2')))
np.save('bool.npy', base%2==0)
np.save('uint8.npy', (base*50).astype('u1'))
np.save('scalar.npy', np.float64(2.5))
np.save('empty.npy', np.zeros((0,3),'<f4'))
np.save('object.npy', np.array([{'a':1}],dtype=object), allow_pickle=True)
np.save('float16.npy', base.astype('<f2'))
np.save('structured.npy', np.zeros(2, dtype=[('a','<f4'),('b','<i4')]))
with open('version2_3d_fortran.npy','wb') as f:
    np.lib.format.write_array(f, np.asfortranarray(np.arange(24,dtype='<f4').reshape(2,3,4)), version=(2,0))
np.savez('stored.npz', **{'hidden.weight': (base+0.5).astype('<f4'), 'hidden.bias': np.array([1.,2.]), 'step': np.int64(7)})
np.savez_compressed('deflated.npz', a=np.zeros((100,10),'<f4'), b=base.astype('<i8'))
