/** @jest-environment node */
import './door.spec'
