import { io } from 'socket.io-client';

const socket = io('http://localhost:3000', {
  auth: {
    token: '<YOUR_JWT_TOKEN>',
  },
  // 优先使用 WebSocket，但在不支持的环境中允许回退到轮询
  transports: ['websocket', 'polling'],
});

socket.on('connect', () => {
  console.log('成功连接到网关');
});

socket.on('ready', () => {
  console.log('网关准备就绪，已成功加入所有房间');
});

socket.on('disconnect', (reason) => {
  console.log(`连接断开: ${reason}`);
});
