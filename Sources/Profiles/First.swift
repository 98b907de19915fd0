// The first file of this room stands here until its code is written.
